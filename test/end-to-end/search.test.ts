/** The whole system, nothing faked: text, clusters, PyTorch proxies, their evaluation, a verified recipe. About 40 s. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { recipeDigest, type Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab();
}, 60_000);

afterAll(() => lab.close(), 60_000);

test('a search with the real trainer finds the topic that its tasks are about', async () => {
  const file = {
    ...tinySearch,
    proxy: { ...tinySearch.proxy, tokens: 131_072, learningRate: 0.01 },
    search: { first: 4, batch: 2, candidates: 500, stop: { gain: false as const } },
    budget: { proxies: 12, concurrency: 2 },
    // Topics differ in their words alone: counting them finds as good a mixture as any proxy.
    verify: { candidates: 1, seeds: 2, baselines: ['uniform' as const, 'proportional' as const] },
  };
  const result = (await (await lab.start('real', file)).result()) as SearchResult;
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;

  expect(result).toMatchObject({ proxies: 12, fromLedger: 0, verified: true });
  const { digest, run, ...body } = recipe;
  expect(recipeDigest(body)).toBe(digest);
  expect(run.charged.deviceSeconds).toBeGreaterThan(0);

  // The items use the words of the first topic, "sea…": its cluster must get more than its quarter of the corpus.
  const topic = recipe.weights.find(({ label }) => label.includes('sea'));
  expect(topic?.weight).toBeGreaterThan(0.3);
  expect(recipe.verdict).toBe('better than every baseline');
  expect(await readFile(result.report.path, 'utf8')).toContain(digest);
}, 180_000);
