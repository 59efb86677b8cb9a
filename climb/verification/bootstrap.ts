import { stream, type Stream } from '../random.ts';
import type { ItemScores } from './item-scores.ts';

/** Replicates: the 95 % quantile of so many is known within half a per cent of probability. */
export const resamples = 2000;

/** What a bootstrap draws from. */
export type BootstrapRequest = {
  /** [arm][seed][task]; all with the same items. */
  readonly scores: readonly (readonly (readonly ItemScores[])[])[];
  /** Sum 1. */
  readonly taskWeights: readonly number[];
  /** Variance of a run's score over seeds, pooled over the arms, and its degrees of freedom. */
  readonly seedVariance: number;
  readonly seedDegrees: number;
  readonly seed: number;
};

/**
 * [replicate][arm]: by how much each arm's score would have come out differently with other items and other seeds.
 *
 * Items are drawn with replacement, the same ones for every arm (the paired bootstrap, Efron and Tibshirani 1993,
 * chapter 8), so that what is hard for all arms cancels in their differences; within each task, and scaled by
 * √(n / (n - 1)), since a resample of n items varies that much less than n fresh ones, and by √(ν / χ²(ν)), ν = n - 1,
 * since n items know their own variance to so many degrees of freedom (a dozen items would else give intervals that hold
 * 87 times in 100). Scores are ratios of sums, and are resampled as such.
 *
 * Seeds are not drawn with replacement: of two runs a resample takes the same one twice half of the time, and halves the
 * variance. Each replicate draws a normal deviate for each arm instead, with a variance that it draws first,
 * σ̂² ν / χ²(ν): the pooled variance σ̂² itself is known to ν degrees of freedom alone, and the replicates must not know
 * it better (the parametric bootstrap; its deviates are Student's).
 */
export function bootstrapDeviations(request: BootstrapRequest): number[][] {
  const { scores, taskWeights, seedVariance, seedDegrees, seed } = request;
  const tasks = taskWeights.map((weight, t) => pooledTask(scores, t, weight));
  const items = stream(seed, ['bootstrap', 'items']);
  const runs = stream(seed, ['bootstrap', 'seeds']);
  return Array.from({ length: resamples }, () => {
    const deviations = scores.map(() => 0);
    for (const task of tasks) addItemDeviations(deviations, task, items);
    const sigma = Math.sqrt((seedVariance * seedDegrees) / chiSquare(seedDegrees, runs));
    return deviations.map(
      (deviation, arm) => deviation + (sigma * runs.normal()) / Math.sqrt(scores[arm]?.length as number),
    );
  });
}

/** One task of all arms: losses averaged over seeds, since its items are the same in each. */
type PooledTask = {
  readonly weight: number;
  readonly sizes: Float64Array;
  /** Item by item, within each item by arm. */
  readonly losses: Float64Array;
  /** By arm. */
  readonly scores: readonly number[];
};

function pooledTask(scores: BootstrapRequest['scores'], t: number, weight: number): PooledTask {
  const sizes = Float64Array.from((scores[0]?.[0]?.[t] as ItemScores).sizes);
  const losses = new Float64Array(sizes.length * scores.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const pooled = scores.map((runs, arm) => {
    let sum = 0;
    for (let i = 0; i < sizes.length; i++) {
      const mean = runs.reduce((all, run) => all + ((run[t] as ItemScores).losses[i] as number), 0) / runs.length;
      losses[i * scores.length + arm] = mean;
      sum += mean;
    }
    return sum / total;
  });
  return { weight, sizes, losses, scores: pooled };
}

function addItemDeviations(deviations: number[], { weight, sizes, losses, scores }: PooledTask, draws: Stream): void {
  const arms = scores.length;
  const n = sizes.length;
  const sums = new Float64Array(arms);
  let size = 0;
  for (let drawn = 0; drawn < n; drawn++) {
    const item = draws.integer(n);
    size += sizes[item] as number;
    for (let arm = 0; arm < arms; arm++) sums[arm] = (sums[arm] as number) + (losses[item * arms + arm] as number);
  }
  const widened = weight * Math.sqrt(n / (n - 1) / meanSquare(n - 1, draws));
  scores.forEach((score, arm) => {
    deviations[arm] = (deviations[arm] as number) + widened * ((sums[arm] as number) / size - score);
  });
}

/** χ²(ν) / ν by Wilson and Hilferty's cube (1931), good from ten degrees of freedom on: one draw, however many items. */
function meanSquare(degrees: number, draws: Stream): number {
  const spread = 2 / (9 * degrees);
  return Math.max(1 - spread + Math.sqrt(spread) * draws.normal(), leastCube) ** 3;
}

/** With very few items the cube can leave the positive numbers. */
const leastCube = 0.1;

/** A χ² draw: the sum of so many squared normal deviates. */
function chiSquare(degrees: number, draws: Stream): number {
  let sum = 0;
  for (let i = 0; i < degrees; i++) sum += draws.normal() ** 2;
  return sum;
}

/** The value that a share of the values doesn't exceed. */
export function upperQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * (sorted.length + 1)) - 1)] as number;
}
