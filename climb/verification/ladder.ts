import type { Limit } from '../search/budget.ts';
import type { Rung } from '../spec/ladder.ts';
import type { Arm } from './arms.ts';
import { weighEvidence, type Weighed } from './evidence.ts';
import type { ProxyScore } from './proxy-score.ts';
import { spearman } from '../spearman.ts';
import type { Verification } from './verification.ts';

/** Why a rung was not trained: a limit of the budget, or a person who wanted the end. */
export type Skipped = Limit | 'finishEarly';

/** What one size of proxy says of the arms. Plain JSON. */
export type RungEvidence = {
  readonly rung: Rung;
  readonly skipped: Skipped | null;
  /** Null where it was skipped, or where a baseline or every candidate has no score. */
  readonly verification: Verification | null;
  /** Spearman of the arms' means with those of the search's own proxies, and with those of the size before. */
  readonly likeProxies: number | null;
  readonly likeBefore: number | null;
};

/**
 * Compares the arms at each size as the verification does at the proxies', and asks whether sizes rank them alike. It
 * decides nothing: the recipe stays that of the verification.
 * @param rungs runs as [arm][seed], only those with a score
 */
export function weighLadder(
  { report, verify, seed }: Omit<Weighed, 'tasks' | 'objective'>,
  arms: readonly Arm[],
  proxies: Verification,
  rungs: readonly {
    readonly rung: Rung;
    readonly skipped: Skipped | null;
    readonly runs: readonly (readonly ProxyScore[])[];
  }[],
): RungEvidence[] {
  let before: Verification | null = proxies;
  return rungs.map(({ rung, skipped, runs }) => {
    const verification =
      weighEvidence({ tasks: [], report, ...(verify && { verify }), ...(seed !== undefined && { seed }) }, arms, runs)
        ?.verification ?? null;
    const evidence = {
      rung,
      skipped,
      verification,
      likeProxies: likeness(verification, proxies),
      likeBefore: likeness(verification, before),
    };
    before = verification;
    return evidence;
  });
}

/** Over the arms that both have a mean of. */
function likeness(a: Verification | null, b: Verification | null): number | null {
  const pairs = (a?.arms ?? []).flatMap(({ arm, mean }) => {
    const other = b?.arms.find((one) => one.arm === arm);
    return other === undefined ? [] : [[mean, other.mean] as const];
  });
  return spearman(
    pairs.map(([mean]) => mean),
    pairs.map(([, mean]) => mean),
  );
}
