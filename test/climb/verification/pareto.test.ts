import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { paretoFront } from '../../../climb/verification/pareto.ts';

test('what another beats in every task is left out, what is best at anything stays', () => {
  expect(
    paretoFront([
      [1, 5],
      [2, 2],
      [3, 3],
      [5, 1],
      [1, 6],
    ]),
  ).toEqual([0, 1, 3]);
});

test('of equal points the first stands for all; of one task the lowest', () => {
  expect(paretoFront([[2, 1], [2, 1], [1, 2]])).toEqual([0, 2]); // prettier-ignore
  expect(paretoFront([[3], [1], [2], [1]])).toEqual([1]);
  expect(paretoFront([[1, 2]])).toEqual([0]);
  expect(paretoFront([])).toEqual([]);
});

test('every point is on the front or beaten by one that is, and none on it is beaten', () => {
  const point = fc.tuple(
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 6 }),
  );
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), (losses) => {
      const front = paretoFront(losses).map((at) => losses[at] as readonly number[]);
      const noWorse = (a: readonly number[], b: readonly number[]) => a.every((loss, t) => loss <= (b[t] as number));
      for (const loss of losses) expect(front.some((best) => noWorse(best, loss))).toBe(true);
      for (const best of front) {
        expect(losses.some((loss) => noWorse(loss, best) && !noWorse(best, loss))).toBe(false);
      }
    }),
  );
});

test('a change of unit or of the order of tasks changes nothing', () => {
  const losses = [
    [1, 5, 2],
    [2, 2, 2],
    [3, 3, 1],
    [5, 1, 9],
  ];
  const front = paretoFront(losses);
  expect(paretoFront(losses.map(([a, b, c]) => [c! * 100, a! - 7, b!]))).toEqual(front);
});
