import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { gram, timesSmall } from '../../../climb/corpus/dense-columns.ts';

const small = fc.integer({ min: -5, max: 5 });
const matrix = (rows: number, columns: number) =>
  fc
    .array(small, { minLength: rows * columns, maxLength: rows * columns })
    .map((values) => Matrix.from1DArray(rows, columns, values));
/** Sizes on both sides of the four that are done at once. */
const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 11 }),
  inner: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 5 }),
});
/** −0 is 0. */
const plain = (values: Iterable<number>) => [...values].map((value) => value + 0);

test('products of whole numbers are exact', () => {
  fc.assert(
    fc.property(
      sizes.chain(({ rows, inner, width }) => fc.tuple(matrix(rows, inner), matrix(inner, width))),
      ([y, m]) => {
        const flat = Float32Array.from(y.to1DArray());
        expect(plain(gram(flat, y.columns))).toEqual(plain(y.transpose().mmul(y).to1DArray()));
        expect(plain(timesSmall(flat, y.columns, Float64Array.from(m.to1DArray()), m.columns))).toEqual(
          plain(y.mmul(m).to1DArray()),
        );
      },
    ),
  );
});
