import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cholesky,
  inverse,
  logDeterminant,
  lowerOf,
  solve,
  solveSides,
  solveTransposed,
} from '../../../climb/predictor/cholesky.ts';

const size = 5;
const positiveDefinite = fc
  .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size * size, maxLength: size * size })
  .map((b) => {
    const at = (i: number, j: number) => b[i * size + j] as number;
    return Float64Array.from({ length: size * size }, (_, k) => {
      const [i, j] = [Math.floor(k / size), k % size];
      return b.slice(0, size).reduce((sum, _v, l) => sum + at(i, l) * at(j, l), i === j ? 0.5 : 0);
    });
  });
const times = (a: Float64Array, x: ArrayLike<number>) =>
  Array.from({ length: size }, (_, i) =>
    Array.from(x).reduce((sum, value, j) => sum + (a[i * size + j] as number) * value, 0),
  );

test('a two by two factor by hand', () => {
  const factor = cholesky(Float64Array.of(4, 2, 2, 5), 2);
  expect([...factor.upper.subarray(0, 2), factor.upper[3]]).toEqual([2, 1, 2]);
  expect(logDeterminant(factor)).toBeCloseTo(Math.log(16), 14);
  expect([...solveTransposed(factor, Float64Array.of(2, 5))]).toEqual([1, 2]);
});

test('solving and inverting undo the matrix', () => {
  fc.assert(
    fc.property(positiveDefinite, (matrix) => {
      const factor = cholesky(matrix, size);
      const b = [1, -2, 3, 0.5, -1];
      times(matrix, solve(factor, Float64Array.from(b))).forEach((value, i) =>
        expect(value).toBeCloseTo(b[i] as number, 8),
      );
      times(matrix, times(inverse(factor), b)).forEach((value, i) => expect(value).toBeCloseTo(b[i] as number, 7));
    }),
  );
});

test('four right sides at once are solved to the same bits as one by one', () => {
  fc.assert(
    fc.property(positiveDefinite, (matrix) => {
      const factor = cholesky(matrix, size);
      const one = (side: number) => Float64Array.from({ length: size }, (_, i) => Math.sin(1 + i + 7 * side));
      const sides = [0, 1, 2, 3].map(one);
      const together = Float64Array.from({ length: 4 * size }, (_, at) => sides[at % 4]?.[at >> 2] as number);
      solveSides(lowerOf(factor), size, together);
      sides.forEach((side, s) =>
        expect(solveTransposed(factor, side)).toEqual(together.filter((_, at) => at % 4 === s)),
      );
    }),
  );
});

test('a singular matrix is factored with the least jitter that works', () => {
  const { upper } = cholesky(Float64Array.of(1, 1, 1, 1), 2);
  expect(upper[0]).toBeCloseTo(1, 9);
  expect(upper[3]).toBeGreaterThan(0);
});

test.each([
  ['indefinite', Float64Array.of(1, 2, 2, 1)],
  ['holds NaN', Float64Array.of(1, NaN, NaN, 1)],
])('a matrix that is %s is refused', (_, matrix) => {
  expect(() => cholesky(matrix, 2)).toThrow(RangeError);
});
