import type { Mixture } from '../mixture/mixture.ts';
import { minimise } from './quasi-newton.ts';

/** score = floor + exp(intercept + Σ slopes·weight). Plain JSON. */
export type LogLinearLaw = { readonly floor: number; readonly intercept: number; readonly slopes: readonly number[] };

/** Standard deviation of the slopes beforehand, per unit of weight: e³ between a mixture without a cluster and only it. */
const SLOPE_SD = 3;
const LIMITS = { maxIterations: 200, tolerance: 1e-4, maxStep: 2 };

/**
 * The data mixing law of one task (Ye et al. 2024, arXiv 2403.16952, equation 1: L = c + k·exp(Σ tᵢ·rᵢ), k > 0), by
 * least squares with the penalty σ²/3²·|t|², which makes the slopes unique where weights sum to 1. The floor is
 * profiled: given the rest it is the mean of what is left.
 *
 * @param noiseVariance σ², what is believed of the scores' noise
 */
export function fitLogLinearLaw(
  mixtures: readonly Mixture[],
  scores: readonly number[],
  noiseVariance: number,
): LogLinearLaw {
  const n = scores.length;
  const d = mixtures[0]?.length ?? 0;
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const scale = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n);
  if (scale <= Math.abs(mean) * 1e-12) return { floor: mean - 1, intercept: 0, slopes: new Array<number>(d).fill(0) };
  const penalty = noiseVariance / (scale * SLOPE_SD) ** 2;
  const targets = scores.map((score) => (score - mean) / scale);
  const exponentials = new Float64Array(n);
  const { point } = minimise(
    (theta, gradient) => {
      let sum = 0;
      mixtures.forEach((mixture, i) => {
        const exponent = mixture.reduce((s, weight, j) => s + weight * (theta[j] as number), theta[d] as number);
        exponentials[i] = Math.exp(exponent);
        sum += (targets[i] as number) - exponentials[i];
      });
      const floor = sum / n;
      let value = 0;
      gradient.fill(0);
      mixtures.forEach((mixture, i) => {
        const error = (targets[i] as number) - floor - (exponentials[i] as number);
        const slope = (-2 * error * (exponentials[i] as number)) / n;
        value += (error * error) / n;
        mixture.forEach((weight, j) => (gradient[j] = (gradient[j] as number) + slope * weight));
        gradient[d] = (gradient[d] as number) + slope;
      });
      for (let j = 0; j < d; j++) {
        value += (penalty / n) * (theta[j] as number) ** 2;
        gradient[j] = (gradient[j] as number) + (2 * penalty * (theta[j] as number)) / n;
      }
      return value;
    },
    new Float64Array(d + 1),
    LIMITS,
  );
  const law = { floor: 0, intercept: (point[d] as number) + Math.log(scale), slopes: [...point.subarray(0, d)] };
  const floor = scores.reduce((sum, score, i) => sum + score - logLinearLawAt(law, mixtures[i] as Mixture), 0) / n;
  return { ...law, floor };
}

export function logLinearLawAt({ floor, intercept, slopes }: LogLinearLaw, mixture: Mixture): number {
  return floor + Math.exp(mixture.reduce((sum, weight, j) => sum + weight * (slopes[j] as number), intercept));
}
