import { expect, test } from '@jest/globals';
import { studentQuantile } from '../../../climb/verification/student-t.ts';

// Recorded from scipy.stats.t.ppf 1.17.1.
test.each([
  [0.975, 1, 12.706204736174694],
  [0.975, 2, 4.302652729749462],
  [0.975, 8, 2.306004135204166],
  [0.995, 5, 4.032142983555228],
  [0.99875, 8, 4.3335498459753445],
  [0.975, 30, 2.0422724563012378],
  [0.025, 7, -2.3646242515927844],
  [0.975, 1000, 1.9623390808264083],
  [0.9999, 3, 22.203742273205],
])('quantile %p at %p degrees', (probability, degrees, expected) => {
  expect(Math.abs(studentQuantile(probability, degrees) / expected - 1)).toBeLessThan(1e-10);
});

test('the median is 0', () => {
  expect(studentQuantile(0.5, 4)).toBeCloseTo(0, 12);
});

test.each([
  [0, 3],
  [1, 3],
  [NaN, 3],
  [0.9, 0],
  [0.9, 2.5],
])('refuses probability %p with %p degrees', (probability, degrees) => {
  expect(() => studentQuantile(probability, degrees)).toThrow(RangeError);
});
