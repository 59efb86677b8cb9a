import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { spearman } from '../../../climb/predictor/spearman.ts';

/** What SciPy 1.17.1 answered (record.py): with and without ties. */
const cases = JSON.parse(readFileSync(new URL('oracles/spearman.json', import.meta.url), 'utf8')) as {
  a: number[];
  b: number[];
  correlation: number;
}[];

test.each(cases)('as SciPy: $correlation', ({ a, b, correlation }) => {
  expect(spearman(a, b)).toBeCloseTo(correlation, 12);
});

test('only the order counts, and its direction', () => {
  expect(spearman([1, 2, 3], [10, 100, 1000])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
});

test('a side that is constant ranks nothing', () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
  expect(spearman([], [])).toBe(0);
});
