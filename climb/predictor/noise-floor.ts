import { type Mixture, mixtureKey } from '../mixture/mixture.ts';

/** How much a score differs from run to run of the same mixture, pooled over every mixture that was run repeatedly. */
export type PooledNoise = {
  /** Σ (score − its mixture's mean)² / degrees of freedom, in score units squared. */
  readonly variance: number;
  /** Runs of repeated mixtures less those mixtures: what the variance is worth as evidence. */
  readonly degreesOfFreedom: number;
};

export type NoiseFloor = {
  /** In task order. */
  readonly tasks: readonly PooledNoise[];
  /** Of the weighted mean over tasks, which err together in a run. */
  readonly combined: PooledNoise;
};

/**
 * The pooled within-mixture variance of each task and of their weighted mean (the error mean square of a one-way
 * analysis of variance). Every repeat counts, whatever it was run for.
 *
 * @param taskWeights of the mean; divided by their sum
 * @returns null where no mixture was run twice: nothing is known then
 * @throws RangeError for a loss that is NaN or infinite.
 */
export function noiseFloor(
  observations: readonly { readonly weights: Mixture; readonly losses: readonly number[] }[],
  taskWeights: readonly number[],
): NoiseFloor | null {
  const total = taskWeights.reduce((sum, weight) => sum + weight, 0);
  const bad = observations.find(({ losses }) => losses.length !== taskWeights.length || !losses.every(Number.isFinite));
  if (bad !== undefined) {
    throw new RangeError(
      `the noise floor needs a finite loss for each of ${taskWeights.length} tasks: got [${bad.losses.join(', ')}]; leave failed runs out`,
    );
  }
  const byMixture = new Map<string, (readonly number[])[]>();
  for (const { weights, losses } of observations) {
    const combined = losses.reduce((sum, loss, t) => sum + ((taskWeights[t] as number) / total) * loss, 0);
    const key = mixtureKey(weights);
    byMixture.set(key, [...(byMixture.get(key) ?? []), [...losses, combined]]);
  }
  const repeated = [...byMixture.values()].filter((runs) => runs.length > 1);
  if (repeated.length === 0) return null;
  const degreesOfFreedom = repeated.reduce((sum, runs) => sum + runs.length - 1, 0);
  const pooled = (at: number): PooledNoise => ({
    variance:
      repeated.reduce((sum, runs) => sum + squaresAboutMean(runs.map((run) => run[at] as number)), 0) /
      degreesOfFreedom,
    degreesOfFreedom,
  });
  return { tasks: taskWeights.map((_, t) => pooled(t)), combined: pooled(taskWeights.length) };
}

function squaresAboutMean(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
