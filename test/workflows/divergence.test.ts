/** Searches of which every proxy of an iteration diverges. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { derivedSeed } from '../../climb/random.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

/** Of a search whose proxies, all of them, diverge. */
const diverging = 31;
let lab: ServedLab;

beforeAll(async () => {
  const seed = String(derivedSeed(diverging, ['search', 'weights']));
  lab = await openServedLab({ FAKE_DIVERGE: seed });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const starts = async () => (await lab.trainings()).filter((line) => line.startsWith('start '));

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, stop: { gain: false } },
};

test('the first: there is nothing to recommend, and what to try is said', async () => {
  const handle = await lab.start('first', { ...file, seed: diverging });
  const failure = (await handle.result().catch((error: unknown) => error)) as { cause?: Error };
  expect(failure.cause?.message).toMatch(
    /no iteration has a score \(4 diverged, 0 failed.*\), so there is nothing to recommend; lower proxy\.learningRate/,
  );
  expect(await starts()).toHaveLength(4);
}, 60_000);

test('a later one: the search ends with what it knows, and verifies that', async () => {
  const search = { ...file, seed: 32 };
  const before = (await starts()).length;
  await (await lab.start('whole', search)).result();
  const second = (await starts()).slice(before + search.search.first).slice(0, search.search.batch);
  const other = await openServedLab({ FAKE_DIVERGE: second.map((line) => line.split(' ')[1]).join(',') });
  try {
    const result = (await (await other.start('later', search)).result()) as SearchResult;
    const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
    expect(recipe).toMatchObject({ stoppedBy: 'diverged', verified: true, run: { proxies: { diverged: 2 } } });
    expect(recipe.evidence.observations.map(({ id }) => id)).toEqual(['i1-p001', 'i1-p002', 'i1-p003', 'i1-p004']);
  } finally {
    await other.close();
  }
}, 180_000);
