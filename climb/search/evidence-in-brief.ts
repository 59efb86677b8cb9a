import type { Baseline } from '../verification/baselines.ts';
import type { Efficiency } from '../verification/efficiency.ts';
import { guardBreakers } from '../verification/guards.ts';
import type { Comparison, Interval } from '../verification/verification.ts';
import type { Recipe } from './recipe.ts';

/** What the result of the workflow says of the evidence; recipe.json has all of it. */
export type EvidenceInBrief = {
  readonly interval: Interval;
  /** Of the recommended arm over each other baseline. */
  readonly advantages: readonly Comparison[];
  /** Arms that break a guard; absent where the search has none. */
  readonly breakGuards?: readonly string[];
  /** Mixtures of the search that none beats on every task, and verified arms that none does. */
  readonly pareto?: { readonly observed: readonly string[]; readonly arms: readonly string[] };
  readonly missingBaselines?: readonly Baseline[];
  readonly efficiency?: Pick<Efficiency, 'tokens' | 'reached' | 'earliest' | 'latest'>;
};

/** Null where nothing was verified. */
export function evidenceInBrief({ evidence, arm }: Recipe): EvidenceInBrief | null {
  const { verification, guards, pareto, missingBaselines, efficiency } = evidence;
  if (verification === null) return null;
  return {
    interval: verification.interval ?? 'student',
    advantages: verification.comparisons.filter((one) => one.arm === arm),
    ...(guards && { breakGuards: [...guardBreakers(guards)] }),
    ...(pareto && { pareto }),
    ...(missingBaselines && { missingBaselines: missingBaselines.map(({ baseline }) => baseline) }),
    ...(efficiency && {
      efficiency: {
        tokens: efficiency.tokens,
        reached: efficiency.reached,
        earliest: efficiency.earliest,
        latest: efficiency.latest,
      },
    }),
  };
}
