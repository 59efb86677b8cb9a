import { expect, test } from '@jest/globals';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { stream } from '../../../climb/random.ts';

test('means and variances are those of the distribution', () => {
  const shapes = [0.2, 1, 2.5, 6];
  const total = 9.7;
  const draws = Array.from({ length: 20_000 }, (_, i) => dirichlet(shapes, stream(3, ['dirichlet', i])));
  shapes.forEach((shape, j) => {
    const values = draws.map((draw) => draw[j] as number);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    const expected = shape / total;
    expect(mean).toBeCloseTo(expected, 2);
    expect(variance).toBeCloseTo((expected * (1 - expected)) / (total + 1), 3);
  });
});

test.each([1e-3, 1e-6])('shapes of %p give weights, not NaN', (shape) => {
  for (let i = 0; i < 500; i++) {
    const weights = dirichlet([shape, shape, shape, shape], stream(5, ['small', i]));
    expect(weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  }
});

test('a shape of zero gives no weight', () => {
  const weights = dirichlet([0, 1, 1], stream(1, ['zero']));
  expect(weights[0]).toBe(0);
});

test('draws are a function of the seed and the path', () => {
  expect(dirichlet([1, 1, 1], stream(7, ['golden']))).toEqual(dirichlet([1, 1, 1], stream(7, ['golden'])));
  expect(dirichlet([1, 1, 1], stream(7, ['golden']))).not.toEqual(dirichlet([1, 1, 1], stream(8, ['golden'])));
});

test.each([[[]], [[0, 0]], [[1, -1]], [[1, NaN]], [[Infinity, 1]]])('refuses shapes %p', (shapes) => {
  expect(() => dirichlet(shapes, stream(1, []))).toThrow(RangeError);
});
