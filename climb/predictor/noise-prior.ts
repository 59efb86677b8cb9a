import type { PooledNoise } from './noise-floor.ts';

/** A normal prior on the logarithm of the noise variance. */
export type NoisePrior = { readonly mean: number; readonly sd: number };

/**
 * Before any repeat is seen: a seed moves a score by about a seventh of the scores' spread, give or take a factor of
 * two. On worlds of 6 and 16 clusters whose noise is .03 to .3 of the spread, fits under it find .8 to 1.2 of the true
 * noise, in the geometric mean, from 16 to 64 runs.
 */
const SHARE = { mean: Math.log(0.02), sd: 1.5 };
/** Repeats that agree to rounding don't make noise impossible. */
const LEAST_SHARE = 1e-8;

/**
 * What is believed of the noise variance before the likelihood: a share of the scores' variance, and with ν degrees
 * of freedom of repeats their pooled variance, whose logarithm has a standard deviation of about √(2/ν): the two are
 * weighed by their precision. Repeats that are among the fitted runs count again in the likelihood: on purpose, since
 * they alone tell noise from shape without a model.
 *
 * @param variance of the scores, > 0, in the unit in which the prior is wanted
 * @param repeats  pooled noise in the same unit, where there is any
 */
export function noisePrior(variance: number, repeats: PooledNoise | null = null): NoisePrior {
  const mean = SHARE.mean + Math.log(variance);
  if (repeats === null || !(repeats.degreesOfFreedom > 0)) return { mean, sd: SHARE.sd };
  const [before, measured] = [1 / SHARE.sd ** 2, repeats.degreesOfFreedom / 2];
  const pooled = Math.log(Math.max(repeats.variance, LEAST_SHARE * variance));
  return { mean: (before * mean + measured * pooled) / (before + measured), sd: 1 / Math.sqrt(before + measured) };
}
