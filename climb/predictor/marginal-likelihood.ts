import { inverse, logDeterminant, solve, tryCholesky } from './cholesky.ts';
import { matern, maternSlope } from './matern.ts';
import type { NoisePrior } from './noise-prior.ts';
import type { Objective } from './quasi-newton.ts';

/**
 * Normal priors on the logarithms of the hyper-parameters, for standardised targets: weak enough that tens of runs
 * override them, strong enough that a handful can't claim infinite smoothness. That of the noise is `noisePrior`.
 */
export const PRIORS = {
  /** In √weight, where the corners of the simplex are √2 apart: most clusters matter little to one task. */
  lengthScale: { mean: Math.log(2), sd: 0.7 },
  signalVariance: { mean: 0, sd: 1 },
} as const;

/** Variance of the constant under the process, in standardised units: the mean of a few runs isn't the mean of all. */
export const OFFSET_VARIANCE = 1;

/**
 * Minus the log posterior density of hyper-parameters θ = [ln ℓ₁ … ln ℓ_d, ln σ², ln σ_noise²] of a Gaussian process
 * with a Matérn-5/2 kernel, one length scale a dimension, and its gradient (Rasmussen and Williams 2006, 5.8 and 5.9,
 * plus `PRIORS` and `noisePrior`). Where the covariance can't be factored the value is Infinity.
 *
 * @param squares per pair of runs and dimension, as `squaredDifferences` orders them
 * @param targets standardised, n >= 2
 * @param noisePrior in units of the targets
 */
export function penalisedLikelihood(squares: Float64Array, targets: Float64Array, noisePrior: NoisePrior): Objective {
  const n = targets.length;
  const d = squares.length / ((n * (n - 1)) / 2);
  return (theta, gradient) => {
    const inverseSquares = theta.subarray(0, d).map((logScale) => Math.exp(-2 * logScale));
    const signal = Math.exp(theta[d] as number);
    const noise = Math.exp(theta[d + 1] as number);
    const distances = scaledDistances(squares, inverseSquares);
    const covariance = new Float64Array(n * n);
    let pair = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++)
        covariance[j * n + i] = OFFSET_VARIANCE + signal * matern(distances[pair++] as number);
      covariance[i * n + i] = OFFSET_VARIANCE + signal + noise;
    }
    const factor = tryCholesky(covariance, n);
    if (factor === undefined) return Infinity;
    const alpha = solve(factor, Float64Array.from(targets));
    const precision = inverse(factor);

    // With P = K⁻¹ − ααᵀ, the gradient by each parameter is ½ tr(P ∂K): pairs count twice.
    const weights = new Float64Array(distances.length);
    let trace = 0;
    let signalSum = 0;
    let fit = 0;
    pair = 0;
    for (let i = 0; i < n; i++) {
      const a = alpha[i] as number;
      fit += a * (targets[i] as number);
      trace += (precision[i * n + i] as number) - a * a;
      for (let j = 0; j < i; j++, pair++) {
        const p = (precision[i * n + j] as number) - a * (alpha[j] as number);
        const distance = distances[pair] as number;
        weights[pair] = p * signal * maternSlope(distance);
        signalSum += p * signal * matern(distance);
      }
    }
    const slopes = weightedSums(squares, weights, d);
    for (let j = 0; j < d; j++) gradient[j] = (slopes[j] as number) * (inverseSquares[j] as number);
    gradient[d] = signalSum + 0.5 * signal * trace;
    gradient[d + 1] = 0.5 * noise * trace;
    return 0.5 * (fit + logDeterminant(factor) + n * Math.log(2 * Math.PI)) + penalty(theta, gradient, noisePrior);
  };
}

/** Adds minus the log of the priors, up to a constant, and its gradient. */
function penalty(theta: Float64Array, gradient: Float64Array, noisePrior: NoisePrior): number {
  let value = 0;
  theta.forEach((parameter, i) => {
    const prior =
      i < theta.length - 2 ? PRIORS.lengthScale : i === theta.length - 2 ? PRIORS.signalVariance : noisePrior;
    const z = (parameter - prior.mean) / prior.sd;
    value += 0.5 * z * z;
    gradient[i] = (gradient[i] as number) + z / prior.sd;
  });
  return value;
}

/**
 * (xᵢ − xⱼ)² per pair i > j and dimension, pair-major: computed once a fit, read at every step.
 * @param coordinates row-major, n × `dimensions`
 */
export function squaredDifferences(coordinates: Float64Array, dimensions: number): Float64Array {
  const n = coordinates.length / dimensions;
  const squares = new Float64Array((n * (n - 1) * dimensions) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let k = 0; k < dimensions; k++) {
        const difference = (coordinates[i * dimensions + k] as number) - (coordinates[j * dimensions + k] as number);
        squares[at++] = difference * difference;
      }
    }
  }
  return squares;
}

function scaledDistances(squares: Float64Array, inverseSquares: Float64Array): Float64Array {
  const d = inverseSquares.length;
  const distances = new Float64Array(squares.length / d);
  for (let pair = 0, at = 0; pair < distances.length; pair++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (squares[at++] as number) * (inverseSquares[k] as number);
    distances[pair] = sum;
  }
  return distances;
}

function weightedSums(squares: Float64Array, weights: Float64Array, d: number): Float64Array {
  const sums = new Float64Array(d);
  for (let pair = 0, at = 0; pair < weights.length; pair++) {
    const weight = weights[pair] as number;
    for (let k = 0; k < d; k++) sums[k] = (sums[k] as number) + weight * (squares[at++] as number);
  }
  return sums;
}
