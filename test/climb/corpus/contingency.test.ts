import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  countTogether,
  mergedContingency,
  normalisedMutualInformation,
  purity,
  type Contingency,
} from '../../../climb/corpus/contingency.ts';

function tableOf(labels: readonly string[], clusters: readonly number[]): Contingency {
  const table: Contingency = new Map();
  labels.forEach((label, at) => countTogether(table, label, clusters[at]!));
  return table;
}
const nmi = (labels: readonly string[], clusters: readonly number[]) =>
  normalisedMutualInformation(tableOf(labels, clusters));

const labelled = fc
  .array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 30 })
  .map((pairs) => [pairs.map(([a]) => a), pairs.map(([, b]) => b)] as const);
const named = (clusters: readonly number[]) => clusters.map(String);

test('a worked case', () => {
  // Two of three in place: I = ln 3 − (2/3) ln 2, H(a) = ln 3, H(b) = ln 3 − (2/3) ln 2.
  const shared = Math.log(3) - (2 / 3) * Math.log(2);
  expect(nmi(['x', 'y', 'z'], [0, 0, 1])).toBeCloseTo((2 * shared) / (Math.log(3) + shared), 14);
  expect(purity(tableOf(['x', 'y', 'z'], [0, 0, 1]))).toBeCloseTo(2 / 3, 14);
});

test('it doesn’t matter which comes first, and a labelling tells all about itself', () => {
  fc.assert(
    fc.property(labelled, ([a, b]) => {
      expect(nmi(named(a), b)).toBeCloseTo(nmi(named(b), a), 12);
      expect(nmi(named(a), a)).toBeCloseTo(1, 12);
      expect(nmi(named(a), b)).toBeGreaterThan(-1e-9);
      expect(nmi(named(a), b)).toBeLessThan(1 + 1e-9);
    }),
  );
});

test('independent labellings share nothing', () => {
  expect(nmi(['x', 'x', 'y', 'y'], [0, 1, 0, 1])).toBeCloseTo(0, 14);
});

test('purity is 1 where every document is a cluster, and the share of the commonest label where all are one', () => {
  fc.assert(
    fc.property(labelled, ([a]) => {
      expect(purity(tableOf(named(a), [...a.keys()]))).toBe(1);
      const commonest = Math.max(...a.map((label) => a.filter((other) => other === label).length));
      expect(
        purity(
          tableOf(
            named(a),
            a.map(() => 7),
          ),
        ),
      ).toBeCloseTo(commonest / a.length, 12);
    }),
  );
});

test('clusters that are merged count together, and dropped ones not at all', () => {
  const table = tableOf(['x', 'x', 'y', 'y', 'z'], [0, 1, 1, 2, 3]);
  const merged = mergedContingency(table, [0, 0, 1, null]);
  expect(merged).toEqual(tableOf(['x', 'x', 'y', 'y'], [0, 0, 0, 1]));
});
