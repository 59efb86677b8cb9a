import { expect, test } from '@jest/globals';
import {
  addShardQuality,
  groupQuality,
  joinedQuality,
  noQuality,
} from '../../../../climb/corpus/quality/cluster-quality.ts';

const axes = ['a', 'b'];
const totals = noQuality(3, 2);
addShardQuality(totals, {
  scores: Float32Array.of(1, NaN, 3, 4, 5, NaN),
  kinds: Uint8Array.of(0, 0, 2),
  groupOf: Uint16Array.of(0, 0, 1),
});
addShardQuality(totals, {
  scores: Float32Array.of(2, 2, 0, 1),
  kinds: Uint8Array.of(3, 1),
  groupOf: Uint16Array.of(65_535, 1),
});

test('means are those of the documents that an axis applies to', () => {
  expect(groupQuality(totals, axes, 0)).toEqual({ a: { mean: 2, documents: 2 }, b: { mean: 4, documents: 1 } });
  expect(groupQuality(totals, axes, 1)).toEqual({ a: { mean: 2.5, documents: 2 }, b: { mean: 1, documents: 1 } });
  expect(groupQuality(totals, axes, 2)).toEqual({ a: { mean: null, documents: 0 }, b: { mean: null, documents: 0 } });
  expect([...totals.kinds]).toEqual([2, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
});

test('joined groups have the means of all their documents; dropped ones count nowhere', () => {
  const joined = joinedQuality(totals, [0, 0, 1]);
  expect(groupQuality(joined, axes, 0)).toEqual({ a: { mean: 2.25, documents: 4 }, b: { mean: 2.5, documents: 2 } });
  expect([...joined.kinds]).toEqual([2, 1, 1, 0, 0, 0, 0, 0]);
  expect(groupQuality(joinedQuality(totals, [null, 0, null]), axes, 0)).toEqual(groupQuality(totals, axes, 1));
});
