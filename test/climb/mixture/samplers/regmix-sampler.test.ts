import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mixtureKey } from '../../../../climb/mixture/mixture.ts';
import { REGMIX_SAMPLER, regmixMixtures } from '../../../../climb/mixture/samplers/regmix-sampler.ts';
import { stream } from '../../../../climb/random.ts';

const prior = [0.5, 0.25, 0.15, 0.07, 0.02, 0.01];
const priors = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('mixtures sum to 1 and are distinct, however the prior looks', () => {
  fc.assert(
    fc.property(priors, fc.integer(), (prior, seed) => {
      const mixtures = regmixMixtures(prior, 6, stream(seed, []));
      expect(mixtures.length).toBeGreaterThan(0);
      for (const mixture of mixtures) expect(Math.round(sum(mixture) * 1e6)).toBe(1e6);
      expect(new Set(mixtures.map(mixtureKey)).size).toBe(mixtures.length);
    }),
    { numRuns: 20 },
  );
});

test('no weight is above 15 times the prior, but for rounding', () => {
  for (const mixture of regmixMixtures(prior, 200, stream(1, []))) {
    mixture.forEach((weight, i) => {
      expect(weight).toBeLessThanOrEqual(Math.min(15 * prior[i]!, 1) + 2 * REGMIX_SAMPLER.minimum);
    });
  }
});

test('weights are multiples of 2e-4, up to the renormalising of what rounding left over', () => {
  for (const mixture of regmixMixtures(prior, 100, stream(2, []))) {
    for (const weight of mixture.filter((w) => w > 0)) {
      expect(weight).toBeGreaterThan(1.99e-4);
      const multiple = Math.round(weight / 2e-4) * 2e-4;
      expect(Math.abs(weight - multiple)).toBeLessThan(prior.length * 1e-4 * weight + 1.1e-6);
    }
  }
});

test('strengths from .1 to 5: many mixtures of nearly one cluster, many of several', () => {
  const largest = regmixMixtures([1, 1, 1, 1], 400, stream(3, [])).map((mixture) => Math.max(...mixture));
  const share = (keep: (value: number) => boolean) => largest.filter(keep).length / largest.length;
  // Draws of one cluster alone coincide, so that fewer of them are left than were drawn.
  expect(share((value) => value > 0.98)).toBeGreaterThan(0.04);
  expect(share((value) => value < 0.6)).toBeGreaterThan(0.1);
});

test('the temperature draws small clusters more often than their share', () => {
  const shareOf = (temperature: number) => {
    const mixtures = regmixMixtures(prior, 400, stream(4, []), { ...REGMIX_SAMPLER, temperature, maximumUsage: 1e6 });
    return sum(mixtures.map((mixture) => mixture[5]!)) / mixtures.length;
  };
  // √.01 / Σ √prior = .048; a prior left as it is gives .01. Identical corners fall together, so that both are lower.
  expect(shareOf(0.5)).toBeGreaterThan(0.03);
  expect(shareOf(1)).toBeLessThan(0.03);
});

test('a cluster without tokens gets none', () => {
  expect(regmixMixtures([3, 0, 1], 20, stream(5, [])).every((mixture) => mixture[1] === 0)).toBe(true);
});

test('where few draws are distinct, fewer come back', () => {
  expect(regmixMixtures([1], 8, stream(6, []))).toEqual([[1]]);
});

test('the same stream gives the same mixtures', () => {
  const draw = (seed: number) => regmixMixtures(prior, 5, stream(seed, ['x']));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test.each([[[]], [[0, 0]], [[1, -1]], [[1, NaN]]])('a prior of %j is refused', (bad) => {
  expect(() => regmixMixtures(bad, 2, stream(1, []))).toThrow(RangeError);
});

test('golden mixtures', () => {
  expect(regmixMixtures(prior, 3, stream(7, ['golden']))).toEqual([
    [0, 0.2618, 0, 0.7378, 0, 0.0004],
    [0.013597, 0.010198, 0.758648, 0.018197, 0.19936, 0],
    [0, 0.9886, 0.0082, 0.0028, 0, 0.0004],
  ]);
});
