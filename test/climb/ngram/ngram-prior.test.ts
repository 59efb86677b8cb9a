import { expect, test } from '@jest/globals';
import { mostTokens, tabulate, tokenCount } from '../../../climb/ngram/ngram-prior.ts';
import { pairIndex } from '../../../climb/ngram/pair-index.ts';
import { sampledBlocks } from '../../../climb/ngram/sampled-blocks.ts';
import { absoluteDiscount } from '../../../climb/ngram/successors.ts';

test('columns of clusters become rows of tokens, cut into tasks', () => {
  const columns = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)];
  const sizes = [
    { bytes: 7, tokens: 1 },
    { bytes: 8, tokens: 2 },
  ];
  const prior = tabulate(columns, sizes);
  expect(prior.tasks.map(({ bytes, probabilities }) => [bytes, [...probabilities]])).toEqual([
    [7, [1, 4]],
    [8, [2, 5, 3, 6]],
  ]);
  expect(prior.tasks.map((task) => tokenCount(task, 2))).toEqual([1, 2]);
});

test('tables fit in memory however many clusters and tasks there are', () => {
  expect(mostTokens(3, 21)).toBeGreaterThan(500_000);
  expect(3 * 1000 * mostTokens(3, 1000)).toBeLessThanOrEqual(2 ** 25);
  expect(mostTokens(64, 65_535)).toBeGreaterThanOrEqual(1);
});

test('a cluster is read whole, or a large one in blocks at even distances', () => {
  expect(sampledBlocks(100, 100, 4)).toEqual([{ from: 0, tokens: 100 }]);
  expect(sampledBlocks(0)).toEqual([{ from: 0, tokens: 0 }]);
  expect(sampledBlocks(1001, 100, 4)).toEqual([0, 250, 500, 750].map((from) => ({ from, tokens: 25 })));
  const blocks = sampledBlocks(1e10);
  expect(blocks.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(2 ** 23);
  expect(blocks.at(-1)!.from + blocks.at(-1)!.tokens).toBeLessThanOrEqual(1e10);
});

test('the discount is the one of leaving one out, and stays inside (0, 1) where there is nothing to learn it from', () => {
  expect(absoluteDiscount(60_000, 20_000)).toBeCloseTo(0.6, 4);
  for (const [once, twice] of [
    [0, 0],
    [0, 1000],
    [1000, 0],
  ] as const) {
    expect(absoluteDiscount(once, twice)).toBeGreaterThan(0);
    expect(absoluteDiscount(once, twice)).toBeLessThan(1);
  }
});

test('every pair is found under its index, and no other', () => {
  const vocabulary = 200_000;
  const pairs = Float64Array.from(
    { length: 5000 },
    (_, at) => ((at * 7919) % vocabulary) * vocabulary + ((at * 104_729) % vocabulary),
  );
  const find = pairIndex(pairs, vocabulary);
  pairs.forEach((pair, at) => expect(find(Math.floor(pair / vocabulary), pair % vocabulary)).toBe(at));
  expect(find(1, 1)).toBe(-1);
  expect(pairIndex(new Float64Array(0), 10)(3, 4)).toBe(-1);
});
