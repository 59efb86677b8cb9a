import { expect, test } from '@jest/globals';
import { eachProducts, panelOf } from '../../../climb/corpus/pair-products.ts';
import { stream } from '../../../climb/random.ts';

const draws = stream(1, ['products']);
const rows = (n: number, dimensions: number) => Float32Array.from({ length: n * dimensions }, () => draws.normal());

test.each([
  [1, 1, 3],
  [2, 4, 1],
  [5, 7, 6],
  [8, 9, 128],
])('%i vectors times %i rows of %i numbers, as one at a time', (n, count, dimensions) => {
  const [vectors, others] = [rows(n, dimensions), rows(count, dimensions)];
  const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += a[i * dimensions + d]! * b[j * dimensions + d]!;
    return sum;
  };
  const panel = panelOf(others, dimensions);
  const seen: number[] = [];
  eachProducts(vectors, panel, (row, square, products, from) => {
    seen.push(row);
    expect(square).toBe(dot(vectors, row, vectors, row));
    for (let j = 0; j < count; j++) expect(products[from + j]).toBe(dot(vectors, row, others, j));
  });
  expect(seen).toEqual([...Array(n).keys()]);
  expect([...panel.squares]).toEqual(Array.from({ length: count }, (_, j) => dot(others, j, others, j)));
});

test('no vectors, no calls', () => {
  eachProducts(new Float32Array(), panelOf(Float32Array.of(1, 2), 2), () => {
    throw new Error('called');
  });
});
