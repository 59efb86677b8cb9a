import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mixtureKey, quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { totalVariation } from './total-variation.ts';

const weights = fc
  .array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 })
  .filter((values) => values.some((value) => value > 1e-3));
const parts = (mixture: readonly number[]) => mixture.map((weight) => weight * 1e6).map(Math.round);

describe('quantise', () => {
  test('parts sum to exactly a million, and each weight is the double k / 1e6', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const mixture = quantise(values);
        expect(parts(mixture).reduce((a, b) => a + b, 0)).toBe(1_000_000);
        expect(mixture).toEqual(parts(mixture).map((part) => part / 1e6));
      }),
    );
  });

  test('a mixture stays as it is', () => {
    fc.assert(fc.property(weights, (values) => expect(quantise(quantise(values))).toEqual(quantise(values))));
  });

  test('thirds: the tie goes to the first', () => {
    expect(quantise([1, 1, 1])).toEqual([0.333334, 0.333333, 0.333333]);
  });

  test.each([
    ['no weights', [], /no weights/],
    ['NaN', [0.5, NaN], /NaN at index 1/],
    ['a negative weight', [2, -1], /-1 at index 1/],
    ['Infinity', [1, Infinity], /Infinity at index 1/],
    ['all zero', [0, 0], /sum of 0/],
  ])('refuses %s and says what it got', (_, values, message) => {
    expect(() => quantise(values)).toThrow(message);
    expect(() => quantise(values)).toThrow(RangeError);
  });
});

test('keys are equal for equal mixtures and only for them', () => {
  expect(mixtureKey(quantise([1, 1]))).toBe(mixtureKey([0.5, 0.5]));
  expect(mixtureKey([0.5, 0.5])).not.toBe(mixtureKey([0.500001, 0.499999]));
  expect(mixtureKey([0.1, 0.9])).toBe('100000 900000');
});

test('total variation is the share not in common', () => {
  expect(totalVariation([1, 0], [0, 1])).toBe(1);
  expect(totalVariation([0.5, 0.5], [0.75, 0.25])).toBe(0.25);
  expect(totalVariation(uniform(4), uniform(4))).toBe(0);
  expect(() => totalVariation([1], [0.5, 0.5])).toThrow(/1 and 2 clusters/);
});
