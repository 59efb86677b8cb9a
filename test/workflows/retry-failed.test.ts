/** Proxies that failed for good, tried again when a person says so. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

/** While this file exists every training fails for good. */
const failing = join(tmpdir(), `climb-failing-${process.pid}`);
/** While this file exists no training begins, or fails. */
const holding = join(tmpdir(), `climb-holding-${process.pid}`);
let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '60', FAKE_FAIL: failing, FAKE_HOLD: holding });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [6] },
  budget: { proxies: 14, concurrency: 1 },
};
type Handle = Awaited<ReturnType<ServedLab['start']>>;
const statusOf = (handle: Handle) => handle.query<Status>('status');
const retryFailed = (handle: Handle, message: object) =>
  handle.executeUpdate<number, [object]>('retryFailed', { args: [message] });
const inPhase = (handle: Handle, phase: string) => until(async () => (await statusOf(handle)).phase === phase);
const recipeOf = async (handle: Handle) =>
  JSON.parse(await readFile(((await handle.result()) as SearchResult).recipe.path, 'utf8')) as Recipe;
const six = Array.from({ length: 6 }, (_, at) => `i1-p00${at + 1}`);

test('while the others are trained: it is among them, though the iteration would have been accepted without it', async () => {
  await Promise.all([failing, holding].map((path) => writeFile(path, '')));
  const handle = await lab.start('beside', file);
  await until(async () => (await statusOf(handle)).proxies.running === 1);
  await handle.executeUpdate('pause', { args: [{}] });
  await rm(holding);
  await until(async () => (await statusOf(handle)).proxies.failed === 1);
  await rm(failing);
  await handle.executeUpdate('resume', { args: [{}] });

  await expect(retryFailed(handle, { proxies: ['i1-p001', 'i1-p002'] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('no proxy "i1-p002" has failed') },
  });
  expect(await retryFailed(handle, {})).toBe(1);
  const recipe = await recipeOf(handle);
  expect(recipe.evidence.observations.map(({ id }) => id)).toEqual(six);
  expect(recipe.run).toMatchObject({
    proxies: { done: 14, failed: 0, diverged: 0 },
    charged: { proxies: 14 },
  });
}, 120_000);

test('where the search needs attention: those that are named alone, then the rest', async () => {
  await writeFile(failing, '');
  const handle = await lab.start('named', { ...file, seed: 2 });
  await inPhase(handle, 'needs-attention');
  await rm(failing);
  expect((await statusOf(handle)).proxies).toMatchObject({ done: 0, failed: 6 });

  await handle.signal('retryFailed', { proxies: ['i1-p007'] });
  const rejected = await until(async () => (await statusOf(handle)).rejected.at(-1));
  expect(rejected).toMatchObject({ name: 'retryFailed', reason: expect.stringContaining('no proxy "i1-p007"') });

  expect(await retryFailed(handle, { proxies: ['i1-p002', 'i1-p005'] })).toBe(2);
  const still = await until(async () => {
    const status = await statusOf(handle);
    return status.phase === 'needs-attention' && status.proxies.done === 2 && status;
  });
  expect(still.proxies.failed).toBe(4);
  expect((await lab.trainings()).filter((line) => line.startsWith('step'))).not.toHaveLength(0);

  await handle.signal('retryFailed', {});
  const recipe = await recipeOf(handle);
  expect(recipe.evidence.observations.map(({ id }) => id)).toEqual(six);
  expect(recipe.run.proxies).toMatchObject({ done: 14, failed: 0 });
  await expect(retryFailed(handle, {})).rejects.toThrow();
}, 120_000);

test.each([
  ['after the iteration', 'iteration', 3],
  ['now', 'now', 4],
])(
  'where the search needs attention and a person ends it %s, what failed is not tried again',
  async (_, after, seed) => {
    await writeFile(failing, '');
    const handle = await lab.start(`ended ${after}`, { ...file, seed });
    await inPhase(handle, 'needs-attention');
    await rm(failing);
    const before = (await lab.trainings()).length;
    await handle.executeUpdate('finishEarly', { args: [{ after }] });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('mend the trainer') },
    });
    expect((await statusOf(handle)).proxies).toMatchObject({ done: 0, failed: 6 });
    expect(await lab.trainings()).toHaveLength(before);
  },
  120_000,
);
