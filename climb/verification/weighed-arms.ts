import type { SearchSpec } from '../spec/search-file.ts';
import type { Arm } from './arms.ts';
import { recipeEfficiency, type Efficiency } from './efficiency.ts';
import { weighEvidence, type Evidence } from './evidence.ts';
import { weighLadder, type RungEvidence, type Skipped } from './ladder.ts';
import type { Rung } from '../spec/ladder.ts';
import type { ProxyScore } from './proxy-score.ts';

/** What was trained beside the verification: the arms at other sizes, `[arm][run]`, and the recipe at fewer tokens. */
export type TrainedBeside = {
  readonly ladder?: readonly {
    readonly rung: Rung;
    readonly skipped: Skipped | null;
    readonly runs: readonly (readonly ProxyScore[])[];
  }[];
  readonly efficiency?: readonly {
    readonly tokens: number;
    readonly skipped: Skipped | null;
    readonly runs: readonly ProxyScore[];
  }[];
};

export type WeighedArms = {
  /** Null where nothing can be claimed; then there is nothing else. */
  readonly evidence: Evidence | null;
  /** Absent where nothing of it was asked. */
  readonly ladder?: readonly RungEvidence[];
  readonly efficiency?: Efficiency;
};

/**
 * All that fresh seeds say of a search's arms: thousands of resamples of thousands of items each, so that it runs in a
 * thread, all in one call.
 * @param runs [arm][run], only those with a score
 */
export function weighArms({
  spec,
  arms,
  runs,
  beside: { ladder, efficiency = [] },
}: {
  readonly spec: SearchSpec;
  readonly arms: readonly Arm[];
  readonly runs: readonly (readonly ProxyScore[])[];
  readonly beside: TrainedBeside;
}): WeighedArms {
  const evidence = weighEvidence(spec, arms, runs);
  if (evidence === null) return { evidence };
  const shorter = recipeEfficiency(spec, evidence.recommendation.arm, { arms, runs }, efficiency);
  return {
    evidence,
    ...(ladder && { ladder: weighLadder(spec, arms, evidence.verification, ladder) }),
    ...(shorter && { efficiency: shorter }),
  };
}
