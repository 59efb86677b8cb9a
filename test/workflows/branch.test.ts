/** Searches that go on from an iteration of another: from one that runs, that is done, that Temporal has forgotten. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import { openServedLab, tinySearch, until, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '40' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

/** Three iterations: 4, 2 and 2 proxies, then 8 to verify. */
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, stop: { gain: false as const } },
};

const recipeOf = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;
const run = async (id: string, search: object) => (await (await lab.start(id, search)).result()) as SearchResult;
const from = (search: string, iteration: number | undefined, changes: object = {}) => ({
  branchFrom: { search, ...(iteration !== undefined && { iteration }) },
  ...changes,
});
const ids = ({ evidence }: Recipe) => evidence.observations.map(({ id }) => id);
const keys = ({ evidence }: Recipe) => evidence.observations.map(({ weights }) => mixtureKey(weights));

async function activityIds(workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []);
}

/** What a search decided, apart from what its file says and what it is called. */
function decided({ spec: _spec, hashes, run: _run, digest: _digest, ...body }: Recipe) {
  return { ...body, hashes };
}

describe('a branch of a search that runs', () => {
  let parent: Recipe;
  let branch: Recipe;

  test('ends with a recipe of its own, and what they share cost it no proxy', async () => {
    const running = await lab.start('parent', file);
    await until(async () => (await running.query<Status>('status')).iteration >= 1);
    const handle = await lab.start('branch', from('parent', 1, { seed: 11 }));
    const status = await until(async () => {
      const now = await handle.query<Status>('status');
      return now.branch !== undefined && now;
    });
    expect(status.branch).toEqual({ search: 'parent', iteration: 1, of: ['parent'], shared: 4 });

    branch = await recipeOf((await handle.result()) as SearchResult);
    parent = await recipeOf((await running.result()) as SearchResult);
    expect(branch.digest).not.toBe(parent.digest);
    expect(ids(branch)).toEqual(ids(parent));
    expect(branch.evidence.observations.slice(0, 4)).toEqual(parent.evidence.observations.slice(0, 4));
    // The parent had 16 and had spent 4: 12 are left, 4 of them for the iterations.
    expect(parent.run.charged.proxies).toBe(16);
    expect(branch.run.charged).toMatchObject({ proxies: 12, trainTokens: 12 * 8192 });
    expect(branch.run.proxies.done).toBe(12);
    expect(branch.verified).toBe(true);
    expect((await activityIds('branch')).filter((id) => id.startsWith('i1-') || id === 'ingest')).toEqual([]);
  }, 120_000);

  test('proposes nothing that its parent trained, and trains with the seed of the line', () => {
    expect(keys(branch).slice(4)).not.toEqual(keys(parent).slice(4));
    expect(new Set(keys(branch)).size).toBe(keys(branch).length);
    expect(branch.seeds).toMatchObject({ search: 11, training: 7 });
  });

  test('says where it comes from: in recipe, report and search attribute', async () => {
    expect(branch.run.branch).toMatchObject({ search: 'parent', iteration: 1, of: ['parent'], shared: 4, seed: 7 });
    const report = await readFile(join(lab.home, 'searches', 'branch', 'report.md'), 'utf8');
    expect(report).toContain(
      '- Goes on from iteration 1 of parent: 4 scored proxies shared, at no cost to this search',
    );
    expect(report).toContain('- Changed: seed');
    const children = await until(async () => {
      const found: string[] = [];
      for await (const { workflowId } of lab.client.workflow.list({ query: 'ClimbBranchOf = "parent"' })) {
        found.push(workflowId);
      }
      return found.length > 0 && found;
    });
    expect(children).toEqual(['branch']);
  }, 60_000);

  test('started again from the search.json beside its report it gives the same digest, for nothing', async () => {
    const text = await readFile(join(lab.home, 'searches', 'branch', 'search.json'), 'utf8');
    const trained = (await lab.trainings()).length;
    const again = await run('branch again', JSON.parse(text) as object);
    expect(again.recipe.digest).toBe(branch.digest);
    expect(again.fromLedger).toBe(again.proxies);
    expect((await lab.trainings()).length).toBe(trained);
  }, 60_000);

  test('that changes nothing decides as its parent did, from the ledger alone', async () => {
    for (const iteration of [0, 1, 2]) {
      const same = await recipeOf(await run(`same ${iteration}`, from('parent', iteration)));
      expect(decided(same)).toEqual(decided(parent));
      expect(same.run.proxies.fromLedger).toBe(same.run.charged.proxies);
      expect(same.run.charged.proxies).toBe(16 - [0, 4, 6][iteration]!);
    }
  }, 120_000);
});

describe('a branch changes', () => {
  test('constraints and predictor: what was learnt is fitted and drawn anew, once', async () => {
    const changes = {
      constraints: { bounds: { c0000: { upper: 0.3 } } },
      search: { predictor: 'ridge', iterations: 3 },
      budget: { proxies: 14 },
    };
    const recipe = await recipeOf(await run('bounded', from('parent', 2, changes)));
    expect(recipe.evidence.iterations).toBe(3);
    const own = recipe.evidence.observations.slice(6);
    expect(own.map(({ id }) => id)).toEqual(['i3-p001', 'i3-p002']);
    for (const { weights } of own) expect(weights[0]).toBeLessThanOrEqual(0.3 + 1e-9);
    expect(recipe.weights[0]?.weight).toBeLessThanOrEqual(0.3 + 1e-9);
    const activities = await activityIds('bounded');
    expect(activities.slice(0, 4)).toEqual(['open', 'b-refit', 'b-prune', 'commit']);
    expect(recipe.spec.search).toMatchObject({ first: 4, batch: 2, predictor: 'ridge' });
  }, 60_000);

  test('the searched tasks: proxies that it shares are scored on them from their weights', async () => {
    const swapped = { tasks: [{ name: 'reported', path: 'reported.jsonl' }], report: { tasks: tinySearch.tasks } };
    const trained = (await lab.trainings()).filter((line) => line.startsWith('start ')).length;
    const handle = await lab.start('retasked', from('parent', 1, swapped));
    const result = (await handle.result()) as SearchResult;
    const recipe = await recipeOf(result);
    const parent = await recipeOf({
      recipe: { path: join(lab.home, 'searches', 'parent', 'recipe.json') },
    } as SearchResult);
    expect(recipe.evidence.observations.slice(0, 4).map(({ weights }) => weights)).toEqual(
      parent.evidence.observations.slice(0, 4).map(({ weights }) => weights),
    );
    expect(recipe.evidence.observations[0]?.losses).not.toEqual(parent.evidence.observations[0]?.losses);
    expect(recipe.spec.tasks.map(({ name }) => name)).toEqual(['reported']);
    expect(recipe.run.charged.proxies).toBe(12);
    const starts = (await lab.trainings()).filter((line) => line.startsWith('start ')).length - trained;
    expect(starts).toBeLessThanOrEqual(12);
  }, 60_000);

  test('the last iteration into a verification of its own', async () => {
    const result = await run('verified', from('parent', undefined, { verify: { seeds: 3 }, budget: { proxies: 12 } }));
    const recipe = await recipeOf(result);
    expect(recipe.spec.branchFrom).toEqual({ search: 'parent', iteration: 3 });
    expect(recipe.evidence.observations).toHaveLength(8);
    expect(recipe.evidence.verification?.arms.map(({ seeds }) => seeds)).toEqual([3, 3, 3, 3]);
    expect(result.proxies).toBe(12);
  }, 60_000);
});

test('a branch of a branch, two of one iteration at once, and a parent with any name that Temporal has forgotten', async () => {
  const odd = '../odd name|`$(x)`';
  const first = await recipeOf(await run(odd, from('parent', 1, { seed: 12 })));
  await lab.client.workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: odd },
  });
  const [one, two] = await Promise.all(['one', 'two'].map(async (id) => recipeOf(await run(id, from(odd, 2)))));
  expect(one?.digest).toBe(two?.digest);
  expect(one?.run.branch).toMatchObject({ search: odd, iteration: 2, of: [odd, 'parent'], shared: 6 });
  expect(one?.evidence.observations.slice(0, 6)).toEqual(first.evidence.observations.slice(0, 6));
  expect(decided(one as Recipe)).toEqual(decided(first));
}, 120_000);

test('a corpus that is gone is not needed any more', async () => {
  await rm(join(lab.home, 'corpus'), { recursive: true });
  const result = await run('without corpus', from('parent', 1, { search: { batch: 1 } }));
  expect(result).toMatchObject({ verified: true, proxies: 12 });
}, 60_000);
