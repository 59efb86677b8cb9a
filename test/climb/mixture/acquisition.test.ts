import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectedImprovement, logExpectedImprovement } from '../../../climb/mixture/acquisition.ts';

const finite = fc.double({ min: -50, max: 50, noNaN: true });
const spread = fc.double({ min: 1e-3, max: 10, noNaN: true });

test('a worked case', () => {
  // Recorded from mpmath: mean 2, sd 0.5, best 1.8.
  expect(expectedImprovement(2, 0.5, 1.8)).toBeCloseTo(0.11521941847372649, 14);
});

test('without uncertainty it is the improvement itself, or nothing', () => {
  expect(expectedImprovement(2, 0, 2.5)).toBeCloseTo(0.5, 14);
  expect(expectedImprovement(2, 0, 1.5)).toBe(0);
  expect(logExpectedImprovement(2, 0, 2)).toBe(-Infinity);
});

test('it is at least the improvement of the mean, and more uncertainty never lowers it', () => {
  fc.assert(
    fc.property(finite, finite, spread, (mean, best, sd) => {
      const gain = expectedImprovement(mean, sd, best);
      expect(gain).toBeGreaterThanOrEqual(Math.max(0, best - mean) * (1 - 1e-12));
      expect(expectedImprovement(mean, sd * 1.5, best)).toBeGreaterThanOrEqual(gain * (1 - 1e-12));
    }),
  );
});

test('hopeless candidates can still be ranked', () => {
  expect(expectedImprovement(1000, 1, 0)).toBe(0);
  expect(logExpectedImprovement(1000, 1, 0)).toBeGreaterThan(logExpectedImprovement(1001, 1, 0));
});
