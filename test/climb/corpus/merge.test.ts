import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeClusters } from '../../../climb/corpus/merge.ts';

const line = (positions: readonly number[]) => ({ centroids: Float32Array.from(positions), dimensions: 1 });

test('near centroids merge, down to the target', () => {
  const sizes = [5, 4, 3, 2, 1];
  const map = mergeClusters({ ...line([0, 10, 0.1, 20, 10.2]), sizes, tokens: sizes, target: 3, minimumTokens: 0 });
  expect(map).toEqual([0, 1, 0, 2, 1]);
});

test('a group with too few tokens joins its nearest neighbour', () => {
  const input = { ...line([0, 10, 12, 30]), sizes: [9, 9, 9, 9], target: 10 };
  expect(mergeClusters({ ...input, tokens: [100, 100, 5, 100], minimumTokens: 50 })).toEqual([1, 0, 0, 2]);
});

test('the smallest goes first, and a group that grew enough stays', () => {
  const input = { ...line([0, 1, 50]), sizes: [3, 2, 4], target: 10 };
  expect(mergeClusters({ ...input, tokens: [30, 20, 100], minimumTokens: 40 })).toEqual([0, 0, 1]);
});

test('when nothing is large enough one cluster is left', () => {
  expect(
    mergeClusters({ ...line([0, 1, 2]), sizes: [1, 1, 1], tokens: [1, 1, 1], target: 2, minimumTokens: 100 }),
  ).toEqual([0, 0, 0]);
});

test('Ward weighs nothing: three small outliers don’t outweigh a far one', () => {
  const map = mergeClusters({
    ...line([0, 4, 4.5, 100]),
    sizes: [1, 1000, 1, 1],
    tokens: [1, 1, 1, 1],
    target: 2,
    minimumTokens: 0,
  });
  expect(map).toEqual([0, 0, 0, 1]);
});

test('centroids on the very same place are still told apart', () => {
  const map = mergeClusters({
    ...line([0, 0, 0, 0]),
    sizes: [4, 3, 2, 1],
    tokens: [1, 1, 1, 1],
    target: 3,
    minimumTokens: 0,
  });
  expect(new Set(map).size).toBe(3);
});

const clusters = fc.array(fc.record({ at: fc.integer({ min: 0, max: 40 }), size: fc.integer({ min: 1, max: 9 }) }), {
  minLength: 2,
  maxLength: 14,
});

test('the map is total, groups are contiguous and ordered by size, none is too small unless it is alone', () => {
  fc.assert(
    fc.property(
      clusters,
      fc.integer({ min: 2, max: 8 }),
      fc.integer({ min: 0, max: 30 }),
      (initial, target, minimumTokens) => {
        const sizes = initial.map(({ size }) => size);
        const map = mergeClusters({
          ...line(initial.map(({ at }) => at)),
          sizes,
          tokens: sizes,
          target,
          minimumTokens,
        });
        const groups = Array.from({ length: Math.max(...map) + 1 }, (_, group) =>
          sizes.reduce((sum, size, k) => (map[k] === group ? sum + size : sum), 0),
        );
        expect(map).toHaveLength(sizes.length);
        expect(groups.reduce((a, b) => a + b)).toBe(sizes.reduce((a, b) => a + b));
        expect(groups.every((size) => size > 0)).toBe(true);
        expect(groups).toEqual([...groups].sort((a, b) => b - a));
        expect(groups.length).toBeLessThanOrEqual(Math.min(target, sizes.length));
        if (groups.length > 1) expect(Math.min(...groups)).toBeGreaterThanOrEqual(minimumTokens);
        if (minimumTokens === 0) expect(groups).toHaveLength(Math.min(target, sizes.length));
      },
    ),
  );
});
