import { checkedRuns, type TaskRuns } from './checked-runs.ts';
import type { GaussianProcess } from './gaussian-process.ts';
import { PRIORS, penalisedLikelihood, squaredDifferences, summedDifferences } from './marginal-likelihood.ts';
import { kernelCoordinates } from './matern.ts';
import type { Mixture } from '../mixture/mixture.ts';
import { minimise } from './quasi-newton.ts';

/** Points from which the likelihood is climbed: fixed, so that a fit is a function of its data. */
const STARTS = [
  { lengthScale: 0.7, noiseVariance: 0.01 },
  { lengthScale: 2.5, noiseVariance: 0.1 },
] as const;
/** Parameters are logarithms: a factor of e² at most in a step. */
const LIMITS = { maxIterations: 60, tolerance: 1e-2, maxStep: 2 };

export type FitOptions = { readonly common?: boolean };

/**
 * Fits a Gaussian process (Matérn-5/2, one length scale a cluster, on √weight) by the penalised marginal likelihood.
 * One run, or scores that are all equal, teach nothing about scale: the hyper-parameters stay at the priors' centres,
 * in units of 1. Repeated mixtures are fine and inform the noise. The order of the rows matters only to rounding.
 *
 * @param mixtures one a run, over one domain set
 * @param scores   one a run, lower is better
 * @param common   one length scale for all clusters
 * @throws RangeError for no rows, unequal lengths, or NaN or Infinity anywhere.
 */
export function fitGaussianProcess(data: TaskRuns, { common = false }: FitOptions = {}): GaussianProcess {
  const { mixtures, scores } = checkedRuns(data);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviations = scores.map((score) => score - mean);
  const spread = Math.sqrt(deviations.reduce((sum, deviation) => sum + deviation ** 2, 0) / scores.length);
  const constant = spread <= Math.abs(mean) * 1e-12;
  const scale = constant ? 1 : spread;
  const dimensions = mixtures[0]?.length ?? 0;
  const free = common ? 1 : dimensions;
  const theta = constant
    ? startingPoint(free, Math.exp(PRIORS.lengthScale.mean), Math.exp(PRIORS.noiseVariance.mean))
    : mostLikely(
        mixtures,
        Float64Array.from(deviations, (deviation) => deviation / scale),
        free,
      );
  return {
    mixtures,
    scores,
    mean,
    scale,
    lengthScales: Array.from({ length: dimensions }, (_, j) => Math.exp(theta[common ? 0 : j] as number)),
    signalSd: scale * Math.exp((theta[free] as number) / 2),
    noiseSd: scale * Math.exp((theta[free + 1] as number) / 2),
  };
}

function mostLikely(mixtures: readonly Mixture[], targets: Float64Array, free: number): Float64Array {
  const dimensions = mixtures[0]?.length ?? 0;
  const roots = kernelCoordinates(mixtures, new Array<number>(dimensions).fill(1));
  const each = squaredDifferences(roots, dimensions);
  const objective = penalisedLikelihood(free < dimensions ? summedDifferences(each, dimensions) : each, targets);
  const minima = STARTS.map(({ lengthScale, noiseVariance }) =>
    minimise(objective, startingPoint(free, lengthScale, noiseVariance), LIMITS),
  );
  return minima.reduce((best, minimum) => (minimum.value < best.value ? minimum : best)).point;
}

function startingPoint(dimensions: number, lengthScale: number, noiseVariance: number): Float64Array {
  const theta = new Float64Array(dimensions + 2).fill(Math.log(lengthScale));
  theta[dimensions] = PRIORS.signalVariance.mean;
  theta[dimensions + 1] = Math.log(noiseVariance);
  return theta;
}
