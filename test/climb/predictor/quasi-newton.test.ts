import { expect, test } from '@jest/globals';
import { type Objective, minimise } from '../../../climb/predictor/quasi-newton.ts';

const rosenbrock: Objective = ([x = 0, y = 0], gradient) => {
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

test("Rosenbrock's valley ends at (1, 1)", () => {
  const { point, value, iterations } = minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-8 });
  expect(point[0]).toBeCloseTo(1, 6);
  expect(point[1]).toBeCloseTo(1, 6);
  expect(value).toBeLessThan(1e-12);
  expect(iterations).toBeLessThan(60);
});

test('a minimum is left where it is', () => {
  expect(minimise(rosenbrock, Float64Array.of(1, 1))).toEqual({
    point: Float64Array.of(1, 1),
    value: 0,
    iterations: 0,
  });
});

test('steps to where the objective is undefined are taken back', () => {
  const barrier: Objective = ([x = 0], gradient) => {
    gradient[0] = 1 - 1 / x;
    return x > 0 ? x - Math.log(x) : Infinity;
  };
  expect(minimise(barrier, Float64Array.of(1e-3), { tolerance: 1e-8 }).point[0]).toBeCloseTo(1, 6);
});

test('the iterations have a limit', () => {
  expect(minimise(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 }).iterations).toBe(3);
});

test('no coordinate moves further than allowed', () => {
  const visited: number[] = [];
  const steep: Objective = ([x = 0], gradient) => {
    visited.push(x);
    gradient[0] = 2e6 * (x - 100);
    return 1e6 * (x - 100) ** 2;
  };
  expect(minimise(steep, Float64Array.of(0), { maxStep: 3 }).point[0]).toBeCloseTo(100, 6);
  visited.slice(1).forEach((x, i) => expect(Math.abs(x - (visited[i] as number))).toBeLessThanOrEqual(3 + 1e-9));
});
