import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { stream } from '../../../climb/random.ts';
import { stackRows, timesDense, transposeTimesDense, type SparseRows } from '../../../climb/corpus/sparse-rows.ts';

const columnCount = 7;
const small = fc.integer({ min: -4, max: 4 });
const dense = fc.array(fc.array(small, { minLength: columnCount, maxLength: columnCount }), {
  minLength: 1,
  maxLength: 9,
});

function sparse(rows: readonly number[][]): SparseRows {
  const entries = rows.map((row) => row.flatMap((value, column) => (value === 0 ? [] : [{ value, column }])));
  const offsets = new Uint32Array(rows.length + 1);
  entries.forEach((row, at) => (offsets[at + 1] = offsets[at]! + row.length));
  return {
    columnCount,
    offsets,
    columns: Uint16Array.from(entries.flat(), ({ column }) => column),
    values: Float32Array.from(entries.flat(), ({ value }) => value),
  };
}

/** −0 is 0. */
const plain = (values: Iterable<number>) => [...values].map((value) => value + 0);

test('products are those of dense matrices', () => {
  fc.assert(
    fc.property(dense, fc.integer({ min: 1, max: 5 }), fc.nat(), (rows, width, seed) => {
      const draws = stream(seed, ['block']);
      const block = (count: number) =>
        Matrix.from1DArray(
          count,
          width,
          Array.from({ length: count * width }, () => draws.integer(9) - 4),
        );
      const [x, y] = [block(columnCount), block(rows.length)];
      const a = new Matrix(rows);
      const flat = (matrix: Matrix) => Float32Array.from(matrix.to1DArray());
      expect(plain(timesDense(sparse(rows), flat(x), width))).toEqual(plain(a.mmul(x).to1DArray()));
      expect(plain(transposeTimesDense(sparse(rows), flat(y), width))).toEqual(
        plain(a.transpose().mmul(y).to1DArray()),
      );
    }),
  );
});

test('parts stack to the whole, wherever they are cut', () => {
  fc.assert(
    fc.property(dense, fc.nat(9), (rows, cut) => {
      expect(stackRows([sparse(rows.slice(0, cut)), sparse(rows.slice(cut))], columnCount)).toEqual(sparse(rows));
    }),
  );
});
