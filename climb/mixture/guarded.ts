import { normalCumulative } from './normal.ts';
import type { Mixture } from './mixture.ts';

/** Tasks that must not get worse than under the natural proportions by more than so much. */
export type Guards = {
  /** What they compare with. */
  readonly natural: Mixture;
  readonly limits: readonly GuardedTask[];
};

/** A searched task by its place, and its limit in its own units. */
export type GuardedTask = { readonly task: number; readonly maxLoss: number };

/** [task] → of each mixture. */
type TaskPredictions = readonly { readonly mean: readonly number[]; readonly sd: readonly number[] }[];

/**
 * What a mixture's score is worth where guards stand: `p · mean + (1 - p) · natural mean`, with p the probability that it
 * keeps them all. A mixture that breaks a guard is not recommended, and what is left is the corpus as it is: this is the
 * expected score of what would be. (The probability of feasibility as Schonlau, Welch and Jones 1998 multiply the
 * expected improvement by, but in the mean, by which mixtures are also ranked for verification.)
 *
 * Tasks are taken as independent given the mixture, and a mixture as independent of the natural one: p is too low rather
 * than too high where they are alike.
 *
 * @param predictions      by task, of the mixtures
 * @param ofNatural        by task, of the natural mixture alone
 * @param mean             combined, of the mixtures
 * @param naturalMean      combined
 */
export function guardedMeans(
  limits: readonly GuardedTask[],
  predictions: TaskPredictions,
  ofNatural: TaskPredictions,
  mean: readonly number[],
  naturalMean: number,
): number[] {
  return mean.map((score, at) => {
    const kept = limits.reduce((chance, { task, maxLoss }) => {
      const [own, natural] = [predictions[task], ofNatural[task]];
      if (own === undefined || natural === undefined) return chance;
      const room = maxLoss - ((own.mean[at] as number) - (natural.mean[0] as number));
      const sd = Math.hypot(own.sd[at] as number, natural.sd[0] as number);
      return chance * (sd > 0 ? normalCumulative(room / sd) : Number(room >= 0));
    }, 1);
    return kept * score + (1 - kept) * naturalMean;
  });
}
