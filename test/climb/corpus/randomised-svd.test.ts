import { describe, expect, test } from '@jest/globals';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { stream } from '../../../climb/random.ts';
import { rightSingularVectors } from '../../../climb/corpus/randomised-svd.ts';
import type { SparseRows } from '../../../climb/corpus/sparse-rows.ts';

/** A full matrix in sparse form. */
function asRows(matrix: Matrix): SparseRows {
  const { rows, columns } = matrix;
  return {
    columnCount: columns,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * columns),
    columns: Uint16Array.from({ length: rows * columns }, (_, at) => at % columns),
    values: Float32Array.from(matrix.to1DArray()),
  };
}

/** Random rows × columns with the singular values given. */
function withSpectrum(rows: number, columns: number, spectrum: readonly number[]): Matrix {
  const draws = stream(1, ['svd', rows, columns]);
  const normal = new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => draws.normal())));
  const { leftSingularVectors: u, rightSingularVectors: v } = new SingularValueDecomposition(normal);
  const rank = spectrum.length;
  const scaled = u.subMatrix(0, rows - 1, 0, rank - 1).mulRowVector([...spectrum]);
  return scaled.mmul(v.subMatrix(0, columns - 1, 0, rank - 1).transpose());
}

describe('against an exact SVD', () => {
  const rank = 6;
  const spectrum = Array.from({ length: 60 }, (_, i) => 10 / (1 + i));
  const matrix = withSpectrum(90, 70, spectrum);
  const found = rightSingularVectors(asRows(matrix), { rank, powerIterations: 2, draws: stream(1, ['test']) });

  test('singular values', () => {
    found.singular.forEach((value, i) => expect(value / spectrum[i]!).toBeCloseTo(1, 4));
  });

  test('singular vectors, but for their sign', () => {
    const exact = new SingularValueDecomposition(matrix).rightSingularVectors;
    for (let j = 0; j < rank; j++) {
      const product = exact.getColumn(j).reduce((sum, x, i) => sum + x * found.vectors[i * rank + j]!, 0);
      expect(Math.abs(product)).toBeCloseTo(1, 3);
    }
  });

  test('the vectors are orthonormal', () => {
    const vectors = Matrix.from1DArray(70, rank, found.vectors);
    const product = vectors.transpose().mmul(vectors);
    for (let i = 0; i < rank; i++)
      for (let j = 0; j < rank; j++) expect(product.get(i, j)).toBeCloseTo(i === j ? 1 : 0, 5);
  });

  test('the same seed gives the same bits', () => {
    expect(rightSingularVectors(asRows(matrix), { rank, powerIterations: 2, draws: stream(1, ['test']) })).toEqual(
      found,
    );
  });
});

test('a matrix of lower rank has fewer vectors', () => {
  const found = rightSingularVectors(asRows(withSpectrum(30, 20, [3, 2, 1])), {
    rank: 8,
    powerIterations: 2,
    draws: stream(1, ['low']),
  });
  expect(found.rank).toBe(3);
  expect(found.singular.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([3, 2, 1]);
});

test('a matrix of zeros has none', () => {
  expect(
    rightSingularVectors(asRows(Matrix.zeros(4, 3)), { rank: 2, powerIterations: 2, draws: stream(1, ['zero']) }).rank,
  ).toBe(0);
});

test('progress counts the products', () => {
  const done: number[] = [];
  rightSingularVectors(
    asRows(withSpectrum(9, 8, [2, 1])),
    { rank: 2, powerIterations: 2, draws: stream(1, ['p']) },
    (n) => done.push(n),
  );
  expect(done).toEqual([1, 2, 3, 4, 5]);
});
