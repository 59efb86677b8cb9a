/** Searches that train their arms again at other sizes, and report on plain texts. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '20' });
  const texts = Array.from({ length: 20 }, (_, at) => JSON.stringify({ text: `held-out text number ${at}` }));
  await writeFile(join(lab.home, 'texts.jsonl'), `${texts.join('\n')}\n`);
}, 60_000);

afterAll(() => lab.close(), 60_000);

const ladder = [
  { width: 32, layers: 1 },
  { width: 32, layers: 2, tokens: 4096 },
];
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'groups' },
  report: { tasks: [{ name: 'texts', path: 'texts.jsonl' }] },
  verify: { ...tinySearch.verify, ladder },
  budget: { proxies: 32, concurrency: 4 },
  target: { tokens: 8 * 8192 },
};

async function read(result: SearchResult) {
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  return { result, recipe, report: await readFile(result.report.path, 'utf8') };
}

async function proxyBehind(score: string) {
  const store = new ArtifactStore(join(lab.home, 'artifacts'));
  const { weights, tasks } = await store.readJson<ProxyScore>({ sha256: score, bytes: 0 });
  const proxy = JSON.parse(await readFile(store.path(weights), 'utf8')) as { model: object };
  return { tasks: tasks.map(({ name, accuracy }) => ({ name, accuracy })), model: proxy.model };
}

test('every arm is trained at every size with every seed, and the report compares them', async () => {
  const first = await read((await (await lab.start('ladder', file)).result()) as SearchResult);
  const { recipe, report, result } = first;
  expect(result).toMatchObject({ proxies: 32, verified: true });
  expect(recipe.evidence.ladder).toMatchObject(
    ladder.map((rung) => ({ rung, skipped: null, likeProxies: expect.any(Number) })),
  );
  for (const { verification } of recipe.evidence.ladder ?? []) {
    expect(verification?.arms.map(({ seeds }) => seeds)).toEqual([2, 2, 2, 2]);
  }
  const runs = Object.keys(recipe.hashes).filter((name) => /^score\.l\d/.test(name));
  expect(runs).toHaveLength(16);
  const top = await proxyBehind(recipe.hashes['score.l2-uniform-s2'] as string);
  expect(top).toMatchObject({ model: { width: 32, layers: 2, heads: 4, context: 32 }, tasks: [{ name: 'texts' }] });
  expect(report).toContain('## Do larger proxies agree?');
  expect(report).toMatch(/\| {2}\| 16 × 1 \| 32 × 1 \| 32 × 2 \|/);

  const { events } = await lab.client.workflow.getHandle('ladder').fetchHistory();
  const ids = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
  expect(ids).toEqual(expect.arrayContaining(['l1-g01', 'l1-g01-evaluate', 'l2-g02']));

  const again = (await (await lab.start('ladder-again', file)).result()) as SearchResult;
  expect(again).toMatchObject({ fromLedger: 32, recipe: { digest: result.recipe.digest } });
}, 120_000);

test('plain texts have bits per byte and no accuracy, and verify like other tasks', async () => {
  const recipe = JSON.parse(await readFile(join(lab.home, 'searches/ladder/recipe.json'), 'utf8')) as Recipe;
  expect(recipe.evidence.arms[0]?.report).toMatchObject([{ task: 'texts', accuracy: null, mean: expect.any(Number) }]);
  expect(recipe.evidence.arms[0]?.searched).toMatchObject([{ task: 'searched', accuracy: expect.any(Number) }]);
});

test('a size that a lowered budget no longer reaches is left out and named; verification comes first', async () => {
  const handle = await lab.start('cut', { ...file, seed: 41 });
  await until(async () => (await handle.query<Status>('status')).iteration >= 1);
  await handle.signal('setBudget', { proxies: 24 });
  const { recipe, report, result } = await read((await handle.result()) as SearchResult);
  expect(result).toMatchObject({ verified: true, stoppedBy: 'budget' });
  expect(result.proxies).toBeLessThanOrEqual(24);
  expect(recipe.evidence.ladder?.map(({ skipped }) => skipped)).toEqual([null, 'proxies']);
  expect(report).toContain('32 × 2: not trained, the budget (proxies) did not reach for it.');
}, 60_000);

test('a search that is cancelled on its ladder keeps what it verified', async () => {
  const handle = await lab.start('cancelled', { ...file, seed: 42 });
  await until(async () => (await handle.query<Status>('status')).phase === 'ladder');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  const folder = join(lab.home, 'searches/cancelled');
  const recipe = JSON.parse(await readFile(join(folder, 'recipe.json'), 'utf8')) as Recipe;
  expect(recipe).toMatchObject({ verified: true, stoppedBy: 'cancelled' });
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('32 × 2: not trained, the search was cancelled.');
}, 60_000);
