/** Gates on a real dev server: where a search waits, and what lets it go on. About 30 s: eight searches. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab();
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [4], candidates: 500 },
  budget: { proxies: 12, concurrency: 2 },
};
const gated = (...gates: string[]) => ({ ...file, gates });

const waiting = (id: string, gate: string) =>
  until(async () => {
    const status = await lab.client.workflow.getHandle(id).query<Status>('status');
    return status.waitingFor === gate && status;
  });

const readRecipe = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;

test('a search waits at each of its gates until it is approved, and finds what it finds without them', async () => {
  const handle = await lab.start('gated', gated('search', 'verify', 'report'));
  const first = await waiting('gated', 'search');
  expect(first).toMatchObject({ phase: 'waiting', proxies: { done: 0 }, detail: expect.stringContaining('approval') });
  expect(await handle.query('plan')).toMatchObject({ waitingFor: 'search', gates: ['search', 'verify', 'report'] });
  const answer = await handle.executeUpdate<Status, [object]>('approve', { args: [{}] });
  expect(answer.phase).toBe('waiting');

  expect(await waiting('gated', 'verify')).toMatchObject({ iteration: 1, proxies: { done: 4 } });
  await handle.signal('approve', { gate: 'verify', reason: 'it pays' });
  expect(await waiting('gated', 'report')).toMatchObject({ proxies: { done: 12, running: 0 } });
  await handle.signal('approve', {});
  const result = (await handle.result()) as SearchResult;
  expect(result).toMatchObject({ verified: true, proxies: 12 });

  const free = (await (await lab.start('free', file)).result()) as SearchResult;
  expect(free.recipe.digest).toBe(result.recipe.digest);
}, 120_000);

test('a gate that is approved before the search comes to it holds nobody', async () => {
  const handle = await lab.start('foreseen', gated('search', 'verify'));
  await waiting('foreseen', 'search');
  await handle.executeUpdate('approve', { args: [{ gate: 'verify' }] });
  await handle.executeUpdate('approve', { args: [{ gate: 'search' }] });
  expect(await handle.result()).toMatchObject({ verified: true });
}, 60_000);

test('a gate that a search does not have is refused with those that it has', async () => {
  const handle = await lab.start('refusing', gated('verify', 'search'));
  await waiting('refusing', 'search');
  await expect(handle.executeUpdate('approve', { args: [{ gate: 'report' }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('its gates are verify, search') },
  });
  await handle.signal('finishEarly', { after: 'now' });
  await expect(handle.result()).rejects.toThrow();
}, 60_000);

test('finishEarly opens the gate at which a search waits, also where it means to verify', async () => {
  const handle = await lab.start('early', gated('verify'));
  await waiting('early', 'verify');
  await handle.executeUpdate('finishEarly', { args: [{ after: 'iteration' }] });
  expect(await handle.result()).toMatchObject({ verified: true });
}, 60_000);

test('and now lets nothing more be trained behind it', async () => {
  const handle = await lab.start('now', gated('verify', 'report'));
  await waiting('now', 'verify');
  await handle.signal('finishEarly', { after: 'now' });
  expect(await handle.result()).toMatchObject({ verified: false, proxies: 4 });
}, 60_000);

test('cancelled at a gate, a search writes down what it knows', async () => {
  const handle = await lab.start('cancelled', gated('verify'));
  await waiting('cancelled', 'verify');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  const recipe = await readRecipe({ recipe: { path: `${lab.home}/searches/cancelled/recipe.json` } } as SearchResult);
  expect(recipe).toMatchObject({ verified: false, unverified: 'cancelled' });
}, 60_000);

test('a deadline ends the waiting: no verification is paid for any more', async () => {
  const handle = await lab.start('overdue', gated('verify'));
  await waiting('overdue', 'verify');
  await handle.executeUpdate('setBudget', { args: [{ deadline: '2020-01-01T00:00:00Z' }] });
  const result = (await handle.result()) as SearchResult;
  expect(result).toMatchObject({ verified: false, proxies: 4 });
  expect(await readRecipe(result)).toMatchObject({ unverified: 'budget' });
}, 60_000);
