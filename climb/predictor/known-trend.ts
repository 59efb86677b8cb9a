import { folds } from './folds.ts';
import { fitGaussianProcess } from './gaussian-process-fit.ts';
import { conditioned } from './gaussian-process.ts';
import type { Mixture } from '../mixture/mixture.ts';
import type { NoisePrior } from './noise-prior.ts';

/** Shares of the least-squares slope that are tried: what is known may hold only in part of the mixtures. */
const SHARES = [0, 0.25, 0.5, 0.75, 1] as const;
const FOLDS = 8;
/** Fewer distinct mixtures can't tell a slope from chance. */
const LEAST_MIXTURES = 4;

/**
 * The coefficient β for which a Gaussian process of score − β·known predicts left-out runs best (mean squared error
 * over 8 folds). The grid is shares of the least-squares slope of score on known, since one more or less bit per byte
 * of an n-gram model need not be one of a trained model's. 0, which is to ignore what is known, wins ties, and is the
 * answer for a slope that isn't positive and for fewer than four distinct mixtures.
 *
 * @param known one a run, such as its n-gram score
 * @param noise what is believed of the scores' noise
 * @throws RangeError as `fitGaussianProcess`.
 */
export function knownCoefficient(
  mixtures: readonly Mixture[],
  scores: readonly number[],
  known: readonly number[],
  noise: NoisePrior,
): number {
  const groups = folds(mixtures, FOLDS);
  const slope = leastSquaresSlope(known, scores);
  if (!(slope > 0) || groups.length < LEAST_MIXTURES) return 0;
  const errors = SHARES.map((share) => {
    const rest = scores.map((score, i) => score - share * slope * (known[i] as number));
    const { mean } = conditioned(fitGaussianProcess({ mixtures, scores: rest }, { noise })).leaveGroupsOut(groups);
    return rest.reduce((sum, value, i) => sum + (value - (mean[i] as number)) ** 2, 0);
  });
  return slope * (SHARES[errors.indexOf(Math.min(...errors))] as number);
}

/** Of y on x; NaN where x is constant. */
function leastSquaresSlope(x: readonly number[], y: readonly number[]): number {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return squares > 0 ? x.reduce((sum, value, i) => sum + (value - mean) * (y[i] as number), 0) / squares : NaN;
}
