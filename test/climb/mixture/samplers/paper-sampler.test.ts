import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mixtureKey } from '../../../../climb/mixture/mixture.ts';
import { paperMixtures } from '../../../../climb/mixture/samplers/paper-sampler.ts';
import { stream } from '../../../../climb/random.ts';

test('as many distinct mixtures as asked, sum 1', () => {
  const priors = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 2, maxLength: 21 });
  fc.assert(
    fc.property(priors, fc.integer(), (tokens, seed) => {
      const mixtures = paperMixtures(tokens, 5, stream(seed, []));
      expect(mixtures.length).toBeLessThanOrEqual(5);
      expect(new Set(mixtures.map(mixtureKey)).size).toBe(mixtures.length);
      for (const mixture of mixtures) {
        expect(Math.round(mixture.reduce((sum, weight) => sum + weight, 0) * 1e6)).toBe(1e6);
      }
    }),
    { numRuns: 30 },
  );
});

test('the mean of many is the prior, the spread that of Dirichlet(shares)', () => {
  const mixtures = paperMixtures([6e6, 3e6, 1e6], 4000, stream(1, []));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  [0.6, 0.3, 0.1].forEach((share, i) => {
    const weights = mixtures.map((mixture) => mixture[i]!);
    expect(mean(weights)).toBeCloseTo(share, 1);
    // Var = share · (1 − share) / (1 + Σ shapes), and the shapes sum to 1.
    expect(mean(weights.map((weight) => (weight - share) ** 2))).toBeCloseTo((share * (1 - share)) / 2, 1.5);
  });
});

test('one cluster has one mixture', () => {
  expect(paperMixtures([5], 3, stream(1, []))).toEqual([[1]]);
});

test.each([[[]], [[0]], [[1, -1]], [[NaN]]])('a prior of %j is refused', (bad) => {
  expect(() => paperMixtures(bad, 2, stream(1, []))).toThrow(RangeError);
});

test('golden mixtures', () => {
  expect(paperMixtures([6, 3, 1], 3, stream(7, ['golden']))).toEqual([
    [0.493805, 0.483811, 0.022384],
    [0.503172, 0.496752, 0.000076],
    [0.997721, 0.002277, 0.000002],
  ]);
});
