import { expect, test } from '@jest/globals';
import { judge, ranksOf, summary, type TableSearch } from '../../../scripts/bench/search/ranks.ts';

const mixtures = [
  [1, 0],
  [0, 1],
  [0.5, 0.5],
  [0.2, 0.8],
];
const found = (order: readonly number[], recommended: number, predictedBest: number | null = null) => ({
  evaluated: order.map((row) => mixtures[row]!),
  scores: [],
  predictedBest: predictedBest === null ? null : mixtures[predictedBest]!,
  recommended: mixtures[recommended]!,
});

test('the lowest is rank 1, equals share the better rank', () => {
  expect(ranksOf([3, 1, 2, 1, 9])).toEqual([4, 1, 3, 1, 5]);
});

test('a search is judged by what it saw, predicted and recommended', () => {
  expect(judge(found([3, 2], 2, 0), mixtures, [4, 3, 2, 1])).toEqual({
    bestSeen: 1,
    predictedBest: 4,
    recommended: 2,
    firstTop5: 1,
  });
});

test('the first of the top five counts from 1', () => {
  const many = Array.from({ length: 9 }, (_, row) => [row / 10, 1 - row / 10]);
  const search = { evaluated: [many[8]!, many[6]!, many[4]!], scores: [], predictedBest: null, recommended: many[4]! };
  expect(judge(search, many, [...many.keys()]).firstTop5).toBe(3);
  expect(judge({ ...search, evaluated: [many[8]!] }, many, [...many.keys()]).firstTop5).toBeNull();
});

test('a mixture that is no row of the table is a mistake of the strategy', () => {
  expect(() => judge({ ...found([0], 0), recommended: [0.3, 0.7] }, mixtures, [1, 2, 3, 4])).toThrow(
    /no row of the table/,
  );
});

test('means, the worst, and a median that may be never', () => {
  const search = (bestSeen: number, firstTop5: number | null): TableSearch => ({
    bestSeen,
    predictedBest: null,
    recommended: 2 * bestSeen,
    firstTop5,
  });
  expect(summary([search(1, 4), search(1, 7), search(4, null), search(2, 10)])).toEqual({
    bestSeenMeanRank: 2,
    bestSeenWorstRank: 4,
    predictedBestMeanRank: null,
    recommendedMeanRank: 4,
    firstTop5Median: 8.5,
  });
  expect(summary([search(1, 4), search(1, null), search(1, null)]).firstTop5Median).toBeNull();
});
