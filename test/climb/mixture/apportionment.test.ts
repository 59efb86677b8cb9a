import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apportion } from '../../../climb/mixture/apportionment.ts';

const free = (n: number, bound: number) => Array.from({ length: n }, () => bound);

test('what is left goes to the largest remainders, ties to the lower index', () => {
  expect(apportion([1.2, 2.7, 3.1], 7, free(3, 0), free(3, 9))).toEqual([1, 3, 3]);
  expect(apportion([2.5, 2.5, 2], 7, free(3, 0), free(3, 9))).toEqual([3, 2, 2]);
});

test('bounds hold, and what they refuse goes elsewhere', () => {
  expect(apportion([1.2, 2.7, 3.1], 7, free(3, 0), [9, 2, 9])).toEqual([2, 2, 3]);
  expect(apportion([5, 3, 0], 8, [0, 0, 1], free(3, 9))).toEqual([4, 3, 1]);
});

test('bounds that no whole numbers satisfy are refused', () => {
  expect(() => apportion([4, 4], 8, free(2, 0), free(2, 3))).toThrow(/sum to 8/);
});

test('the sum is exact and each count is within one of its share', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (weights) => {
      const sum = weights.reduce((a, b) => a + b, 0);
      fc.pre(sum > 1e-6);
      const shares = weights.map((weight) => (weight / sum) * 1000);
      const counts = apportion(shares, 1000, free(shares.length, 0), free(shares.length, 1000));
      expect(counts.reduce((a, b) => a + b, 0)).toBe(1000);
      counts.forEach((count, i) => expect(Math.abs(count - (shares[i] as number))).toBeLessThan(1 + 1e-9));
    }),
  );
});
