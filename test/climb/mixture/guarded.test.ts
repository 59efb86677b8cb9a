import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { believed } from '../../../climb/mixture/belief.ts';
import { firstBatch } from '../../../climb/mixture/first-batch.ts';
import { guardedMeans } from '../../../climb/mixture/guarded.ts';
import { guardsIn, mixtureSpace, spaceRules } from '../../../climb/mixture/mixture-space.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { tokens } from '../made-recipe.ts';
import { specOf } from '../made-search.ts';

const natural = [{ mean: [2], sd: [0] }, { mean: [3], sd: [0] }]; // prettier-ignore
const task = (mean: readonly number[], sd = mean.map(() => 0)) => ({ mean, sd });
const limits = [
  { task: 0, maxLoss: 0.1 },
  { task: 1, maxLoss: 0.1 },
];
const weigh = (tasks: readonly { mean: readonly number[]; sd: readonly number[] }[], mean: readonly number[]) =>
  guardedMeans(limits, tasks, natural, mean, 2.5);

test('what surely keeps every guard is worth its score, what surely breaks one the corpus as it is', () => {
  expect(weigh([task([1.5, 1.5, 2.2]), task([3.05, 3.2, 2])], [2.2, 2.1, 2])).toEqual([2.2, 2.5, 2.5]);
});

test('in between it is worth as much of each as it is likely to keep them', () => {
  const [half, quarter] = weigh([task([2.1, 2.1], [0.1, 0.1]), task([3, 3.1], [0.001, 0.1])], [2, 2]);
  expect(half).toBeCloseTo(2.25, 9);
  expect(quarter).toBeCloseTo(0.25 * 2 + 0.75 * 2.5, 9);
});

test('without limits nothing changes', () => {
  expect(guardedMeans([], [task([2])], natural, [1.5], 2.5)).toEqual([1.5]);
});

test('never better than the score nor than the corpus, and worse the more it breaks', () => {
  const loss = fc.double({ min: 1, max: 4, noNaN: true });
  fc.assert(
    fc.property(loss, loss, fc.double({ min: 0, max: 1, noNaN: true }), (own, more, sd) => {
      const [low, high] = [Math.min(own, more), Math.max(own, more)];
      const [less, worse] = weigh([task([low, high], [sd, sd]), task([3, 3])], [2, 2]) as [number, number];
      expect(less).toBeGreaterThanOrEqual(2);
      expect(worse).toBeLessThanOrEqual(2.5);
      expect(worse).toBeGreaterThanOrEqual(less - 1e-12);
    }),
  );
});

test('the rules of a space name the guarded searched tasks, and what they compare with keeps the constraints', () => {
  const spec = specOf({
    tasks: [{ name: 'piqa' }, { name: 'arc_easy' }],
    objective: { guards: { maxLoss: 0.2, tasks: { arc_easy: 0.1 } } },
    constraints: { bounds: { c0000: { upper: 0.4 } } },
  });
  const rules = spaceRules(spec);
  expect(rules.guarded).toEqual([
    { task: 0, maxLoss: 0.2 },
    { task: 1, maxLoss: 0.1 },
  ]);
  const guards = guardsIn(mixtureSpace(tokens, rules), rules);
  expect(guards?.natural).toEqual([0.4, 0.45, 0.15]);
  expect(spaceRules(specOf()).guarded).toBeUndefined();
  expect(guardsIn(mixtureSpace(tokens, rules), spaceRules(specOf()))).toBeUndefined();
});

test('a mixture that is good on average and costs a guarded task dearly is believed to be no better than the corpus', () => {
  const prior = [0.4, 0.3, 0.3];
  const mixtures = firstBatch({ prior, constraints: { lower: [0, 0, 0], upper: [1, 1, 1] }, size: 24, seed: 1 });
  // The first cluster helps task 0 much and harms task 1.
  const scores = [([a = 0]: readonly number[]) => 4 - 2 * a, ([a = 0]: readonly number[]) => 2 + a];
  const predictor = fitPredictor({ mixtures, scores: scores.map((of) => mixtures.map(of)), taskWeights: [1, 1] });
  const some = [[0.9, 0.05, 0.05], [0.45, 0.3, 0.25]]; // prettier-ignore
  const [plain] = predict(predictor, some).mean as [number];
  const natural = predict(predictor, [prior]).mean[0] as number;
  const guards = { natural: prior, limits: [{ task: 1, maxLoss: 0.15 }] };
  const [greedy, modest] = believed({ predictor, guards }, some).mean as [number, number];
  expect(plain).toBeLessThan(natural - 0.1);
  expect(greedy).toBeCloseTo(natural, 1);
  expect(modest).toBeLessThan(greedy);
});
