import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stackedShares } from '../../../climb/predictor/stacking.ts';

const error = (errors: readonly number[][], shares: readonly number[]) =>
  (errors[0] ?? []).reduce(
    (sum, _, i) => sum + shares.reduce((s, w, k) => s + w * (errors[k]?.[i] as number), 0) ** 2,
    0,
  );

test('equal and independent errors share equally; a worse member gets less', () => {
  expect(
    stackedShares([
      [1, 0],
      [0, 1],
    ]),
  ).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
  // The inverse of the squared errors: 1 and 1/4.
  expect(
    stackedShares([
      [1, 0],
      [0, 2],
    ]),
  ).toEqual([expect.closeTo(0.8, 9), expect.closeTo(0.2, 9)]);
});

test('a member that only errs more, the same way, has no share; nor has a copy', () => {
  expect(
    stackedShares([
      [1, -1],
      [2, -2],
    ]),
  ).toEqual([1, 0]);
  expect(
    stackedShares([
      [1, 2, -1],
      [1, 2, -1],
    ]).reduce((a, b) => a + b),
  ).toBeCloseTo(1, 12);
});

test('a member without error takes all', () => {
  expect(
    stackedShares([
      [1, 2],
      [0, 0],
      [0, 1],
    ]),
  ).toEqual([0, 1, 0]);
});

test('shares are a mixture, and none of a grid of others errs less', () => {
  const column = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(column, column, column, (...errors) => {
      const shares = stackedShares(errors);
      expect(shares.every((share) => share >= 0)).toBe(true);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      const best = error(errors, shares);
      for (let i = 0; i <= 10; i++) {
        for (let j = 0; i + j <= 10; j++) {
          expect(best).toBeLessThanOrEqual(error(errors, [i / 10, j / 10, (10 - i - j) / 10]) + 1e-4);
        }
      }
    }),
  );
});
