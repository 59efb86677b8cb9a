import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupSize, ranges, together } from '../../../climb/search/groups.ts';
import { stateOf } from '../made-search.ts';

describe('the size of a group', () => {
  test.each([
    [1, 32, 1],
    [8, 32, 8],
    [32, 32, 32],
    [33, 32, 16],
    [40, 32, 20],
    [100, 32, 25],
    [5, 1, 1],
  ])('of %i proxies, %i side by side, is %i', (proxies, most, size) => {
    expect(groupSize(proxies, most)).toBe(size);
  });

  test('makes as few groups as they need, and of even sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 64 }), (proxies, most) => {
        const sizes: number[] = [];
        for (let left = proxies; left > 0; left -= sizes.at(-1) as number) sizes.push(groupSize(left, most));
        expect(sizes.length).toBe(Math.ceil(proxies / most));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('proxies are together as far as the worker and the concurrency allow; alone where no worker said otherwise', () => {
  const state = stateOf({ budget: { proxies: 100, concurrency: 12 } });
  const groupOf = (proxies: number, group?: number) =>
    together({ ...state, opening: group === undefined ? null : ({ group } as never) }, proxies);
  expect([groupOf(8), groupOf(8, 32), groupOf(40, 32), groupOf(40, 8), groupOf(0, 8)]).toEqual([1, 8, 10, 5, 1]);
});

test.each([
  [[3], '3'],
  [[1, 2, 3, 4], '1–4'],
  [[1, 2, 5, 8, 9], '1–2, 5, 8–9'],
  [[], ''],
])('%p is written %p', (numbers, text) => {
  expect(ranges(numbers)).toBe(text);
});
