import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normalisedMutualInformation as nmi } from '../../../climb/corpus/normalised-mutual-information.ts';

const labels = fc
  .array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 30 })
  .map((pairs) => [pairs.map(([a]) => a), pairs.map(([, b]) => b)] as const);

test('a worked case', () => {
  // Two of three in place: I = ln 3 − (2/3) ln 2, H(a) = ln 3, H(b) = ln 3 − (2/3) ln 2.
  const shared = Math.log(3) - (2 / 3) * Math.log(2);
  expect(nmi(['x', 'y', 'z'], [0, 0, 1])).toBeCloseTo((2 * shared) / (Math.log(3) + shared), 14);
});

test('names don’t matter, nor which comes first', () => {
  fc.assert(
    fc.property(labels, ([a, b]) => {
      expect(nmi(a, b)).toBeCloseTo(nmi(b, a), 12);
      expect(
        nmi(
          a,
          a.map((label) => `group ${label}`),
        ),
      ).toBeCloseTo(1, 12);
      expect(nmi(a, b)).toBeGreaterThan(-1e-9);
      expect(nmi(a, b)).toBeLessThan(1 + 1e-9);
    }),
  );
});

test('independent labellings share nothing', () => {
  expect(nmi([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(0, 14);
});
