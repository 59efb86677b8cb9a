import type { Verification } from './verification.ts';

export type Recommendation = {
  readonly arm: string;
  readonly verdict:
    | 'better than every baseline'
    | 'better than every baseline that keeps the guards'
    | 'no mixture keeps the guards'
    | `no better than ${string}`;
  /**
   * Lower bound of the best candidate's advantage over the baseline that is hardest for it, in score units; null where no
   * candidate keeps the guards.
   */
  readonly lowerBound: number | null;
};

/**
 * The arm to use: the candidate with the largest lower bound of its advantage over its hardest baseline, if that
 * bound is above 0. Otherwise no search result can be recommended, and the answer is a baseline which that candidate
 * is not shown to beat: the one with the lowest mean, or the natural one where it is among them and the lowest is not
 * shown to be better than it. Ties go to the arm named first.
 *
 * An arm that breaks a guard can't be the answer, and as a baseline it needn't be beaten. The natural one can't break
 * any, since guards compare with it.
 *
 * @param breakers arms that break a guard (`guardBreakers`)
 */
export function recommend(verification: Verification, breakers: ReadonlySet<string> = new Set()): Recommendation {
  const { natural, arms, comparisons } = verification;
  const keeping = (names: readonly string[]) => names.filter((name) => !breakers.has(name));
  const [candidates, baselines] = [keeping(verification.candidates), keeping(verification.baselines)];
  const bound = (arm: string, against: string) =>
    comparisons.find((comparison) => comparison.arm === arm && comparison.against === against)?.lower ?? 0;
  const mean = (name: string) => arms.find(({ arm }) => arm === name)?.mean ?? Infinity;
  const fallback = (among: readonly string[]) => {
    const lowest = first(among, mean);
    return among.includes(natural) && bound(lowest, natural) <= 0 ? natural : lowest;
  };
  if (candidates.length === 0) {
    return { arm: fallback(baselines), verdict: 'no mixture keeps the guards', lowerBound: null };
  }

  const hardest = (candidate: string) => Math.min(...baselines.map((baseline) => bound(candidate, baseline)));
  const candidate = first(candidates, (name) => -hardest(name));
  const lowerBound = hardest(candidate);
  if (lowerBound > 0) {
    const all = baselines.length === verification.baselines.length;
    const verdict = all ? 'better than every baseline' : 'better than every baseline that keeps the guards';
    return { arm: candidate, verdict, lowerBound };
  }
  const arm = fallback(baselines.filter((baseline) => bound(candidate, baseline) <= 0));
  return { arm, verdict: `no better than ${arm}`, lowerBound };
}

/** The name of the least key, ties to the earlier. */
function first(names: readonly string[], key: (name: string) => number): string {
  return names.reduce((best, name) => (key(name) < key(best) ? name : best));
}
