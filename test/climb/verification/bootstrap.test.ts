import { describe, expect, test } from '@jest/globals';
import {
  bootstrapDeviations,
  resamples,
  upperQuantile,
  type BootstrapRequest,
} from '../../../climb/verification/bootstrap.ts';
import type { ItemScores } from '../../../climb/verification/item-scores.ts';
import { stream } from '../../../climb/random.ts';

/** Two arms that answer alike but for `own`, over `items` items. */
function request(items: number, own: number, changes: Partial<BootstrapRequest> = {}): BootstrapRequest {
  const task = (arm: number): ItemScores => ({
    losses: Array.from(
      { length: items },
      (_, i) => 2 + stream(1, ['hard', i]).normal() + own * stream(1, ['own', arm, i]).normal(),
    ),
    sizes: Array.from({ length: items }, () => 1),
  });
  return {
    scores: [0, 1].map((arm) => [[task(arm)], [task(arm)]]),
    taskWeights: [1],
    seedVariance: 0,
    seedDegrees: 2,
    seed: 7,
    ...changes,
  };
}

const sd = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
const columns = (deviations: readonly (readonly number[])[]) => ({
  first: deviations.map((of) => of[0] as number),
  difference: deviations.map((of) => (of[0] as number) - (of[1] as number)),
});

test('the same seed draws the same replicates, another one others', () => {
  const one = request(30, 0.1);
  expect(bootstrapDeviations(one)).toEqual(bootstrapDeviations(one));
  expect(bootstrapDeviations(one)).not.toEqual(bootstrapDeviations({ ...one, seed: 8 }));
  expect(bootstrapDeviations(one)).toHaveLength(resamples);
});

test('items: an arm varies as its items do, a difference of arms as their paired differences do', () => {
  const { first, difference } = columns(bootstrapDeviations(request(200, 0.1)));
  expect(sd(first) / (1 / Math.sqrt(200))).toBeGreaterThan(0.85);
  expect(sd(first) / (1 / Math.sqrt(200))).toBeLessThan(1.15);
  const expected = (0.1 * Math.SQRT2) / Math.sqrt(200);
  expect(sd(difference) / expected).toBeGreaterThan(0.85);
  expect(sd(difference) / expected).toBeLessThan(1.15);
});

test('arms that answer every item alike do not differ in any replicate', () => {
  const { difference } = columns(bootstrapDeviations(request(50, 0)));
  expect(Math.max(...difference.map(Math.abs))).toBe(0);
});

test('seeds: as wide as σ over the root of the runs where σ is known well, wider where it is not', () => {
  const seeds = (seedDegrees: number) => {
    const alike = request(20, 0, { seedVariance: 0.04, seedDegrees });
    const flat = alike.scores.map((runs) => runs.map((tasks) => tasks.map(({ sizes }) => ({ losses: sizes, sizes }))));
    return columns(bootstrapDeviations({ ...alike, scores: flat })).first;
  };
  const expected = 0.2 / Math.SQRT2;
  expect(sd(seeds(500)) / expected).toBeGreaterThan(0.94);
  expect(sd(seeds(500)) / expected).toBeLessThan(1.06);
  const tail = (values: readonly number[]) => upperQuantile(values.map(Math.abs), 0.95) / expected;
  // Student's .975 quantiles: 1.96 with many degrees of freedom, 4.30 with two.
  expect(tail(seeds(500))).toBeCloseTo(1.96, 0);
  expect(Math.abs(tail(seeds(2)) - 4.3)).toBeLessThan(0.6);
});

test('tasks count by their weights, and a task of no weight for nothing', () => {
  const one = request(100, 0.2);
  const both = one.scores.map((runs) => runs.map(([task]) => [task as ItemScores, { losses: [1, 9], sizes: [1, 1] }]));
  const without = columns(bootstrapDeviations(one));
  const weightless = columns(bootstrapDeviations({ ...one, scores: both, taskWeights: [1, 0] }));
  expect(sd(weightless.difference) / sd(without.difference)).toBeCloseTo(1, 1);
  const half = columns(bootstrapDeviations({ ...one, scores: both, taskWeights: [0.5, 0.5] }));
  expect(sd(half.difference) / sd(without.difference)).toBeCloseTo(0.5, 1);
});

describe('upper quantile', () => {
  test.each([
    [0.95, 95],
    [0.5, 50],
    [0.999, 99],
  ])('%p of 0 to 99', (share, value) => {
    const values = Array.from({ length: 100 }, (_, at) => (at * 37) % 100);
    expect(upperQuantile(values, share)).toBe(value);
  });
});
