/** A real dev server, a real worker in this process, a fake trainer: a search that begins with another's evidence. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '0' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
const from = (search: string) => ({ ...file, search: { ...file.search, warmStart: [{ search }] } });

const recipeOf = async (id: string, search: object) => {
  const { recipe } = (await (await lab.start(id, search)).result()) as SearchResult;
  return JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;
};

test('its first batch follows from what is known, within the same budget; the same evidence gives the same recipe', async () => {
  const cold = await recipeOf('cold', file);
  const warm = await recipeOf('warm', from('cold'));
  const keys = ({ evidence }: Recipe) => evidence.observations.map(({ weights }) => mixtureKey(weights));

  expect(warm.run.charged.proxies).toBe(cold.run.charged.proxies);
  expect(warm.evidence.observations.map(({ id }) => id)).toEqual(cold.evidence.observations.map(({ id }) => id));
  expect(keys(warm).filter((key) => keys(cold).includes(key))).toEqual([]);
  expect(warm.hashes['evidence']).toMatch(/^[0-9a-f]{64}$/);
  expect(cold.hashes['evidence']).toBeUndefined();
  expect(warm.run.evidence).toEqual({ used: cold.evidence.observations.length, leftOut: 0 });

  // Another search that measured the very same, so that only its name differs.
  await recipeOf('cold again', file);
  const again = await recipeOf('warm again', from('cold again'));
  expect(again.digest).toBe(warm.digest);
  expect(warm.digest).not.toBe(cold.digest);
}, 120_000);

test('evidence that nobody has ends it before a proxy is paid for', async () => {
  const trained = (await lab.trainings()).length;
  const failure: unknown = await (await lab.start('lost', from('nobody'))).result().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  let cause = failure as Error;
  while (cause.cause instanceof Error) cause = cause.cause;
  expect(cause.message).toContain('search.warmStart.0: nothing is kept of a search "nobody"');
  expect((await lab.trainings()).length).toBe(trained);
}, 60_000);
