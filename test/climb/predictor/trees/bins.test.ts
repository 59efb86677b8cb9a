import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { binBounds, binsOf } from '../../../../climb/predictor/trees/bins.ts';

const zero = Math.fround(1e-35);

test('between few values: half-way, with a bin of its own for 0', () => {
  const bounds = binBounds([0.2, 0.4, 0, -1, 0.8, -3], 255, 1);
  expect(bounds).toEqual([
    expect.closeTo(-2, 14),
    -zero,
    zero,
    expect.closeTo(0.3, 15),
    expect.closeTo(0.6, 15),
    Infinity,
  ]);
  expect([...binsOf([-3, -1, 0, 0.2, 0.3, 0.31, 9], bounds)]).toEqual([0, 1, 2, 3, 3, 4, 5]);
});

test('a bin has as many rows as asked', () => {
  expect(binBounds([1, 2, 2, 3, 4, 5, 6], 255, 3)).toEqual([
    zero,
    expect.closeTo(2.5, 14),
    expect.closeTo(5.5, 14),
    Infinity,
  ]);
});

describe('of any values', () => {
  const column = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 200 });

  test('bounds ascend to Infinity, no more than asked', () => {
    fc.assert(
      fc.property(column, fc.integer({ min: 4, max: 30 }), fc.integer({ min: 1, max: 5 }), (values, most, rows) => {
        const bounds = binBounds(values, most, rows);
        expect(bounds.length).toBeLessThanOrEqual(most);
        expect(bounds.at(-1)).toBe(Infinity);
        expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
      }),
    );
  });

  test('bins keep the order of the values', () => {
    fc.assert(
      fc.property(column, (values) => {
        const bins = binsOf(values, binBounds(values, 16, 3));
        values.forEach((a, i) =>
          values.forEach((b, j) => {
            if (a < b) expect(bins[i]).toBeLessThanOrEqual(bins[j] as number);
          }),
        );
      }),
    );
  });
});
