import type { Verification } from './verification.ts';

export type Recommendation = {
  readonly arm: string;
  readonly verdict: 'better than every baseline' | `no better than ${string}`;
  /** Lower bound of the best candidate's advantage over the baseline that is hardest for it, in score units. */
  readonly lowerBound: number;
};

/**
 * The arm to use: the candidate with the largest lower bound of its advantage over its hardest baseline, if that
 * bound is above 0. Otherwise no search result can be recommended, and the answer is a baseline which that candidate
 * is not shown to beat: the one with the lowest mean, or the natural one where it is among them and the lowest is not
 * shown to be better than it. Ties go to the arm named first.
 */
export function recommend(verification: Verification): Recommendation {
  const { candidates, baselines, natural, arms, comparisons } = verification;
  const bound = (arm: string, against: string) =>
    comparisons.find((comparison) => comparison.arm === arm && comparison.against === against)?.lower ?? 0;
  const hardest = (candidate: string) => Math.min(...baselines.map((baseline) => bound(candidate, baseline)));
  const candidate = first(candidates, (name) => -hardest(name));
  const lowerBound = hardest(candidate);
  if (lowerBound > 0) return { arm: candidate, verdict: 'better than every baseline', lowerBound };

  const unbeaten = baselines.filter((baseline) => bound(candidate, baseline) <= 0);
  const lowest = first(unbeaten, (name) => arms.find(({ arm }) => arm === name)?.mean ?? Infinity);
  const arm = unbeaten.includes(natural) && bound(lowest, natural) <= 0 ? natural : lowest;
  return { arm, verdict: `no better than ${arm}`, lowerBound };
}

/** The name of the least key, ties to the earlier. */
function first(names: readonly string[], key: (name: string) => number): string {
  return names.reduce((best, name) => (key(name) < key(best) ? name : best));
}
