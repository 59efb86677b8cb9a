import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spearman } from '../../climb/spearman.ts';

/** What SciPy 1.17.1 answered (predictor/oracles/record.py): with and without ties. */
const cases = JSON.parse(readFileSync(new URL('predictor/oracles/spearman.json', import.meta.url), 'utf8')) as {
  a: number[];
  b: number[];
  correlation: number;
}[];

test.each(cases)('as SciPy: $correlation', ({ a, b, correlation }) => {
  expect(spearman(a, b)).toBeCloseTo(correlation, 12);
});

test('too few pairs or no order say nothing', () => {
  expect(spearman([], [])).toBeNull();
  expect(spearman([1, 2], [1, 2])).toBeNull();
  expect(spearman([1, 2, 3], [4, 4, 4])).toBeNull();
  expect(() => spearman([1], [])).toThrow('got 1 and 0 values');
});

test('only the order counts, and both sides count alike', () => {
  const values = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 3 });
  fc.assert(
    fc.property(values, (pairs) => {
      const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      const found = spearman(a, b);
      expect(
        spearman(
          a.map((x) => x ** 3 + 5),
          b,
        ),
      ).toEqual(found);
      if (found === null) return;
      expect(spearman(b, a)).toBeCloseTo(found, 12);
      expect(
        spearman(
          a.map((x) => -x),
          b,
        ),
      ).toBeCloseTo(-found, 12);
      expect(Math.abs(found)).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});
