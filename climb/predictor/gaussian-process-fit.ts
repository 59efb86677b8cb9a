import { checkedRuns, type TaskRuns } from './checked-runs.ts';
import type { GaussianProcess } from './gaussian-process.ts';
import { PRIORS, penalisedLikelihood, squaredDifferences } from './marginal-likelihood.ts';
import { kernelCoordinates } from './matern.ts';
import type { Mixture } from '../mixture/mixture.ts';
import { type NoisePrior, noisePrior } from './noise-prior.ts';
import { minimise } from './quasi-newton.ts';
import { representativeRuns } from './representative-runs.ts';

/** Points from which the likelihood is climbed: fixed, so that a fit is a function of its data. */
const STARTS = [
  { lengthScale: 0.7, noiseVariance: 0.01 },
  { lengthScale: 2.5, noiseVariance: 0.1 },
] as const;
/** Runs that the likelihood is taken over: a step costs their cube. */
const MOST_RUNS = 200;
/** Parameters are logarithms: a factor of e² at most in a step. */
const LIMITS = { maxIterations: 60, tolerance: 1e-2, maxStep: 2 };

export type FitOptions = {
  /** In score units; by default `noisePrior` of the scores' variance. */
  readonly noise?: NoisePrior;
};

/**
 * Fits a Gaussian process (Matérn-5/2, one length scale a cluster, on √weight) by the penalised marginal likelihood.
 * One run, or scores that are all equal, teach nothing about scale: the hyper-parameters stay at the priors' centres,
 * in units of 1. Of more than 200 runs the hyper-parameters come from the 200 that `representativeRuns` picks. Repeated mixtures are fine and inform the noise. The order of the rows matters only to rounding.
 *
 * @param mixtures one a run, over one domain set
 * @param scores   one a run, lower is better
 * @throws RangeError for no rows, unequal lengths, or NaN or Infinity anywhere.
 */
export function fitGaussianProcess(data: TaskRuns, { noise }: FitOptions = {}): GaussianProcess {
  const { mixtures, scores } = checkedRuns(data);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviations = scores.map((score) => score - mean);
  const spread = Math.sqrt(deviations.reduce((sum, deviation) => sum + deviation ** 2, 0) / scores.length);
  const constant = spread <= Math.abs(mean) * 1e-12;
  const scale = constant ? 1 : spread;
  const dimensions = mixtures[0]?.length ?? 0;
  const { mean: noiseMean, sd: noiseSd } = noise ?? noisePrior(scale ** 2);
  const prior = { mean: noiseMean - 2 * Math.log(scale), sd: noiseSd };
  const telling = representativeRuns(mixtures, scores, MOST_RUNS);
  const theta = constant
    ? startingPoint(dimensions, Math.exp(PRIORS.lengthScale.mean), Math.exp(prior.mean))
    : mostLikely(
        telling.map((i) => mixtures[i] as Mixture),
        Float64Array.from(telling, (i) => (deviations[i] as number) / scale),
        prior,
      );
  return {
    mixtures,
    scores,
    mean,
    scale,
    lengthScales: Array.from(theta.subarray(0, dimensions), Math.exp),
    signalSd: scale * Math.exp((theta[dimensions] as number) / 2),
    noiseSd: scale * Math.exp((theta[dimensions + 1] as number) / 2),
  };
}

function mostLikely(mixtures: readonly Mixture[], targets: Float64Array, prior: NoisePrior): Float64Array {
  const dimensions = mixtures[0]?.length ?? 0;
  const roots = kernelCoordinates(mixtures, new Array<number>(dimensions).fill(1));
  const objective = penalisedLikelihood(squaredDifferences(roots, dimensions), targets, prior);
  const minima = STARTS.map(({ lengthScale, noiseVariance }) =>
    minimise(objective, startingPoint(dimensions, lengthScale, noiseVariance), LIMITS),
  );
  return minima.reduce((best, minimum) => (minimum.value < best.value ? minimum : best)).point;
}

function startingPoint(dimensions: number, lengthScale: number, noiseVariance: number): Float64Array {
  const theta = new Float64Array(dimensions + 2).fill(Math.log(lengthScale));
  theta[dimensions] = PRIORS.signalVariance.mean;
  theta[dimensions + 1] = Math.log(noiseVariance);
  return theta;
}
