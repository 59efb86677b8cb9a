/** A workflow id that is used again, and a search that is reset: what the run before left isn't what this one has done. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowFailedError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { keptSearch } from '../../adapters/kept-searches.ts';
import { SearchFolders } from '../../adapters/search-folders.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;
let searches: SearchFolders;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '40' });
  searches = new SearchFolders(join(lab.home, 'searches'));
}, 60_000);

afterAll(() => lab.close(), 60_000);

/** Three iterations: 4, 2 and 2 proxies, then 8 to verify. */
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, stop: { gain: false as const } },
};

const recipeOf = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;
const aside = (run: string) =>
  readdir(join(lab.home, 'searches', 'again', 'earlier', run), { recursive: true }).then((names) => names.sort());

test('a search under an id that was used before is gone on from as it stands itself', async () => {
  const first = await lab.start('again', file);
  await first.result();
  const second = await lab.start('again', { ...file, seed: 8 });
  await until(async () => (await second.query<Status>('status')).iteration >= 1);
  await second.executeUpdate('pause', { args: [{}] });

  const unknown = await lab.start('unknown', { branchFrom: { search: 'again', iteration: 3 } });
  const failure = (await unknown.result().catch((error: unknown) => error)) as WorkflowFailedError;
  expect((failure.cause?.cause as Error).message).toMatch(/"again" has no snapshot of iteration 3; it has 0, 1/);
  const branch = (await (await lab.start('branch', { branchFrom: { search: 'again' } })).result()) as SearchResult;
  expect((await recipeOf(branch)).spec).toMatchObject({ seed: 8, branchFrom: { search: 'again', iteration: 1 } });
  const store = new ArtifactStore(join(lab.home, 'artifacts'));
  expect(await keptSearch({ store, searches }, 'again')).toMatchObject({ recipe: null, spec: { seed: 8 } });

  const run = first.firstExecutionRunId;
  expect(await aside(run)).toEqual([
    'domain-set.json', // another seed, other clusters
    'iterations',
    ...[0, 1, 2, 3].map((at) => `iterations/${at}.json`),
    'recipe.json',
    'report.md',
    'search.json',
  ]);
  expect(JSON.parse((await searches.read('again', `earlier/${run}/recipe.json`)) as string)).toMatchObject({
    spec: { seed: 7 },
  });
  await second.executeUpdate('resume', { args: [{}] });
  expect((await recipeOf((await second.result()) as SearchResult)).spec.seed).toBe(8);
}, 120_000);

test('a search that is reset keeps the iterations before, and those after are set aside', async () => {
  const handle = lab.client.workflow.getHandle('again');
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const committed = events?.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === 'i2-commit',
  );
  const task = events?.slice(0, committed).findLast((event) => event.workflowTaskCompletedEventAttributes);
  await lab.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: 'again', runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: task?.eventId ?? null,
  });
  const result = (await handle.result()) as SearchResult;
  expect((await handle.describe()).runId).not.toBe(runId);
  expect(await aside(runId)).toEqual([
    'iterations',
    'iterations/2.json',
    'iterations/3.json',
    'recipe.json',
    'report.md',
    'search.json',
  ]);
  expect(await searches.iterations('again')).toEqual([0, 1, 2, 3]);
  const earlier = JSON.parse((await searches.read('again', `earlier/${runId}/recipe.json`)) as string) as Recipe;
  expect(result.recipe.digest).toBe(earlier.digest);
}, 120_000);
