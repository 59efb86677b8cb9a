import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeClusters, type MergeInput, type MergeRules } from '../../../climb/corpus/merge.ts';

const rules: MergeRules = { method: 'ward', target: 10, threshold: null, weighted: false, minimumTokens: 0 };
/** Clusters on a line, each of so many documents and as many tokens. */
const line = (positions: readonly number[], sizes: readonly number[], more: Partial<MergeInput> = {}): MergeInput => ({
  centroids: Float32Array.from(positions),
  dimensions: 1,
  sizes,
  tokens: sizes,
  merge: rules,
  dropped: [],
  ...more,
});
const to = (target: number): MergeRules => ({ ...rules, target });
const within = (threshold: number, more: Partial<MergeRules> = {}) =>
  ({ ...rules, target: null, threshold, ...more }) as MergeRules;
const needing = (minimumTokens: number): MergeRules => ({ ...rules, minimumTokens });

test('near centroids merge, down to the target', () => {
  expect(mergeClusters(line([0, 10, 0.1, 20, 10.2], [5, 4, 3, 2, 1], { merge: to(3) }))).toEqual([0, 1, 0, 2, 1]);
});

test('or while they are nearer than the threshold', () => {
  const clusters = line([0, 10, 0.1, 20, 10.2], [5, 4, 3, 2, 1], { merge: within(0.15) });
  expect(mergeClusters(clusters)).toEqual([0, 1, 0, 2, 3]);
  expect(new Set(mergeClusters({ ...clusters, merge: within(0.05) })).size).toBe(5);
  expect(new Set(mergeClusters({ ...clusters, merge: within(100) })).size).toBe(1);
});

test('Ward asks how much worse a group gets, plain distance only how far its middle is', () => {
  // Two pairs, 2 apart: merging pairs grows Ward's distance by √2, the distance of their middles stays.
  const clusters = [0, 0.2, 2, 2.2];
  const found = (method: 'ward' | 'centroid') =>
    new Set(mergeClusters(line(clusters, [1, 1, 1, 1], { merge: within(2.1, { method }) }))).size;
  expect(found('ward')).toBe(2);
  expect(found('centroid')).toBe(1);
});

test('weights draw the middle of a group to its larger part', () => {
  const found = (weighted: boolean) =>
    mergeClusters(line([0, 1, 2.2], [99, 1, 50], { merge: within(1.75, { method: 'centroid', weighted }) }));
  // Once each: the middle of the first two is .5, 1.7 from the third. By documents: .01, 2.19 from it.
  expect(new Set(found(false)).size).toBe(1);
  expect(found(true)).toEqual([0, 0, 1]);
});

test('a threshold means the same by documents where all clusters are of one size', () => {
  for (const threshold of [0.15, 5, 12, 20]) {
    const clusters = (weighted: boolean) =>
      mergeClusters(line([0, 10, 0.1, 20, 10.2], [7, 7, 7, 7, 7], { merge: within(threshold, { weighted }) }));
    expect(clusters(true)).toEqual(clusters(false));
  }
});

test('a group with too few tokens joins its nearest neighbour', () => {
  const clusters = line([0, 10, 12, 30], [9, 9, 9, 9], { tokens: [100, 100, 5, 100], merge: needing(50) });
  expect(mergeClusters(clusters)).toEqual([1, 0, 0, 2]);
});

test('the smallest goes first, and a group that grew enough stays', () => {
  const clusters = line([0, 1, 50], [3, 2, 4], { tokens: [30, 20, 100], merge: needing(40) });
  expect(mergeClusters(clusters)).toEqual([0, 0, 1]);
});

test('an equal part of what all need together grows as clusters get fewer', () => {
  const clusters = (uniformTokens: number) =>
    mergeClusters(
      line([0, 10, 11, 40], [9, 8, 7, 6], {
        tokens: [100, 60, 30, 100],
        merge: { method: 'ward', target: 10, threshold: null, weighted: false, uniformTokens },
      }),
    );
  expect(clusters(120)).toEqual([0, 1, 2, 3]);
  expect(clusters(124)).toEqual([1, 0, 0, 2]);
  // Of three each needs 101: the smallest two of them are one too few.
  expect(new Set(clusters(303)).size).toBeLessThan(3);
});

test('when nothing is large enough one cluster is left', () => {
  expect(mergeClusters(line([0, 1, 2], [1, 1, 1], { merge: needing(100) }))).toEqual([0, 0, 0]);
});

test('dropped clusters are left out of everything', () => {
  const clusters = line([0, 10, 0.1, 20, 10.2], [5, 4, 3, 2, 1], { merge: to(2), dropped: [0, 3] });
  expect(mergeClusters(clusters)).toEqual([null, 0, 1, null, 0]);
  expect(mergeClusters({ ...clusters, dropped: [0, 1, 2, 3, 4] })).toEqual([null, null, null, null, null]);
});

test('Ward weighs nothing unasked: three small outliers don’t outweigh a far one', () => {
  expect(mergeClusters(line([0, 4, 4.5, 100], [1, 1000, 1, 1], { merge: to(2) }))).toEqual([0, 0, 0, 1]);
});

test('centroids on the very same place are still told apart', () => {
  expect(new Set(mergeClusters(line([0, 0, 0, 0], [4, 3, 2, 1], { merge: to(3) }))).size).toBe(3);
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
      fc.constantFrom('ward' as const, 'centroid' as const),
      fc.boolean(),
      (initial, target, minimumTokens, method, weighted) => {
        const sizes = initial.map(({ size }) => size);
        const merge = { method, target, threshold: null, weighted, minimumTokens };
        const map = mergeClusters(
          line(
            initial.map(({ at }) => at),
            sizes,
            { merge },
          ),
        );
        const groups = Array.from({ length: Math.max(...map.map((group) => group ?? -1)) + 1 }, (_, group) =>
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
