import type { Found, Problem } from './problem.ts';
import { type Mixture, mixtureKey } from '../../../climb/mixture/mixture.ts';

/** How well one search did on a table; ranks count from 1, the best of all its mixtures. */
export type TableSearch = {
  readonly bestSeen: number;
  readonly predictedBest: number | null;
  readonly recommended: number;
  /** The run, counted from 1, that was the first among the best five of all; null: none was. */
  readonly firstTop5: number | null;
};

/** Rank of each value: one more than how many are lower, so that equals share the better rank. */
export function ranksOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => lowerThan(sorted, value) + 1);
}

function lowerThan(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param mixtures the table's
 * @param objective the target's value of each
 */
export function judge(
  { evaluated, predictedBest, recommended }: Found,
  mixtures: NonNullable<Problem['mixtures']>,
  objective: readonly number[],
): TableSearch {
  const ranks = ranksOf(objective);
  const rankOf = new Map(mixtures.map((mixture, row) => [mixtureKey(mixture), ranks[row] as number]));
  const rank = (mixture: Mixture) => {
    const found = rankOf.get(mixtureKey(mixture));
    if (found === undefined) throw new RangeError(`[${mixture.join(', ')}] is no row of the table`);
    return found;
  };
  const seen = evaluated.map(rank);
  const first = seen.findIndex((value) => value <= 5);
  return {
    bestSeen: Math.min(...seen),
    predictedBest: predictedBest === null ? null : rank(predictedBest),
    recommended: rank(recommended),
    firstTop5: first < 0 ? null : first + 1,
  };
}

/** The figures of one strategy over its seeds, as the last line has them. */
export function summary(searches: readonly TableSearch[]) {
  const seen = searches.map(({ bestSeen }) => bestSeen);
  const predicted = searches.flatMap(({ predictedBest }) => (predictedBest === null ? [] : [predictedBest]));
  return {
    bestSeenMeanRank: mean(seen),
    bestSeenWorstRank: Math.max(...seen),
    predictedBestMeanRank: predicted.length === 0 ? null : mean(predicted),
    recommendedMeanRank: mean(searches.map(({ recommended }) => recommended)),
    firstTop5Median: median(searches.map(({ firstTop5 }) => firstTop5 ?? Infinity)),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Null where it is at infinity: half of the searches never got there. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return Number.isFinite(middle) ? middle : null;
}
