import { expect, test } from '@jest/globals';
import type { Mixture } from '../../../climb/mixture/mixture.ts';
import { regmixMixtures } from '../../../climb/mixture/samplers/regmix-sampler.ts';
import { stream } from '../../../climb/random.ts';
import { regmixRecommendation } from '../../../climb/verification/regmix.ts';

const prior = [0.4, 0.3, 0.2, 0.1];
const mixtures = regmixMixtures(prior, 200, stream(1, ['test', 'regmix']));
const recommend = (score: (weights: readonly number[]) => number, seed = 7) =>
  regmixRecommendation({ mixtures, scores: mixtures.map(score), prior, seed });

test('what helps is raised over the mean of the draws, what harms is lowered', () => {
  const weights = recommend(([, , c = 0, d = 0]) => d - c) as Mixture;
  expect(weights[2]).toBeGreaterThan(0.5);
  expect(weights[3]).toBeLessThan(0.05);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
}, 20_000); // 100,000 candidates a call

test('the same seed recommends the same', () => {
  const loss = ([a = 0]: readonly number[]) => (a - 0.5) ** 2;
  expect(recommend(loss)).toEqual(recommend(loss));
}, 20_000);

test('where no tree can split it recommends nothing: all scores alike, or under two leaves of 20 beside the holdout', () => {
  expect(recommend(() => 2)).toBeNull();
  const first = (runs: number) => {
    const some = mixtures.slice(0, runs);
    return regmixRecommendation({ mixtures: some, scores: some.map(([a = 0]) => a), prior, seed: 7 });
  };
  expect(first(43)).toBeNull();
  expect(first(44)).not.toBeNull();
}, 20_000);

test.each([
  ['no runs', []],
  ['a score that is no number', mixtures.map((_, at) => (at === 3 ? NaN : 1))],
])('%s is refused', (_, scores) => {
  const some = scores.length === 0 ? [] : mixtures;
  expect(() => regmixRecommendation({ mixtures: some, scores, prior, seed: 1 })).toThrow(RangeError);
});
