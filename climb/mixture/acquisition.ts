import { logNormalExcess } from './normal.ts';

/** How much a mixture is worth a proxy: larger is better. Lower scores are better. */
export type Acquisition =
  | { readonly kind: 'expected-improvement' }
  /** `explore`: standard deviations taken off the mean (Srinivas et al. 2010, arXiv 0912.3995, for minimisation). */
  | { readonly kind: 'confidence-bound'; readonly explore: number };

/** @param best the score to improve on */
export function worth(acquisition: Acquisition, mean: number, sd: number, best: number): number {
  if (acquisition.kind === 'confidence-bound') return acquisition.explore * sd - mean;
  return logExpectedImprovement(mean, sd, best);
}

/**
 * The expected improvement below `best` of a score that is normal with this mean and standard deviation:
 * E[max(best - score, 0)] (Jones, Schonlau and Welch 1998, equation 15, for minimisation), in score units.
 * With no uncertainty it is the improvement itself.
 */
export function expectedImprovement(mean: number, sd: number, best: number): number {
  return Math.exp(logExpectedImprovement(mean, sd, best));
}

/**
 * Its natural logarithm, finite wherever sd > 0: far from the optimum the improvement underflows to 0 and couldn't be
 * ranked (Ament et al. 2023, arXiv 2310.20708). -Infinity where improvement is impossible.
 */
export function logExpectedImprovement(mean: number, sd: number, best: number): number {
  if (!(sd > 0)) return Math.log(Math.max(0, best - mean));
  return Math.log(sd) + logNormalExcess((best - mean) / sd);
}
