import { expect, test } from '@jest/globals';
import { lowest, lowestAt } from '../../climb/lowest.ts';

test('the lowest of more values than a call takes arguments, and where it is', () => {
  const values = Array.from({ length: 1_000_000 }, (_, at) => (at === 777_777 ? -1 : at % 7));
  expect(() => Math.min(...values)).toThrow(RangeError);
  expect(lowest(values)).toBe(-1);
  expect(lowestAt(values)).toBe(777_777);
});

test('ties go to the first; none has no lowest, and what is no number is not passed over', () => {
  expect(lowestAt([3, 1, 1])).toBe(1);
  expect([lowest([]), lowestAt([])]).toEqual([Infinity, -1]);
  expect([lowest([1, NaN, 2]), lowestAt([1, NaN, 2])]).toEqual([NaN, -1]);
});
