import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { stackRows, timesDense, transposeTimesDense, type SparseRows } from '../../climb/sparse-rows.ts';

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

test('products are those of dense matrices', () => {
  fc.assert(
    fc.property(dense, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(small), (rows, width, numbers) => {
      const block = (count: number) =>
        Array.from({ length: count }, () => Array.from({ length: width }, () => numbers.next().value));
      const [x, y] = [block(columnCount), block(rows.length)];
      const flat = (matrix: number[][]) => Float32Array.from(matrix.flat());
      expect([...timesDense(sparse(rows), flat(x), width)]).toEqual(
        new Matrix(rows)
          .mmul(new Matrix(x))
          .to1DArray()
          .map((v) => v + 0),
      );
      expect([...transposeTimesDense(sparse(rows), flat(y), width)].map((v) => v + 0)).toEqual(
        new Matrix(rows)
          .transpose()
          .mmul(new Matrix(y))
          .to1DArray()
          .map((v) => v + 0),
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
