import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { guardedMeans } from '../../../climb/mixture/guarded.ts';

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
