import { describe, expect, test } from '@jest/globals';
import { logNormalExcess, normalCumulative, normalDensity } from '../../../climb/mixture/normal.ts';

/** Relative error: the tails are what matters. */
const near = (value: number, expected: number, tolerance: number) =>
  expect(Math.abs(value / expected - 1)).toBeLessThan(tolerance);

// Recorded from mpmath at 40 digits.
describe('against mpmath', () => {
  test.each([
    [-30, 4.9067139271481871e-198],
    [-10, 7.6198530241605261e-24],
    [-5, 2.8665157187919391e-7],
    [-3.0001, 0.0013494549132607172],
    [-1, 0.15865525393145705],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [1.96, 0.97500210485177956],
    [4, 0.99996832875816688],
  ])('Φ(%p)', (z, expected) => near(normalCumulative(z), expected, 1e-13));

  test.each([
    [-100, -5010.1295788002498],
    [-40, -808.29856835661996],
    [-10, -55.553122036122356],
    [-3.0001, -7.8700392977567784],
    [-2.9999, -7.8693328302532365],
    [-1, -2.4851210257126413],
    [0, -0.91893853320467274],
    [2, 0.69738354578822831],
    [8, 2.0794415416798359],
  ])('ln(φ(z) + z·Φ(z)) at %p', (z, expected) => near(logNormalExcess(z), expected, 1e-12));
});

test('φ(0) = 1/√2π', () => {
  near(normalDensity(0), 1 / Math.sqrt(2 * Math.PI), 1e-15);
});
