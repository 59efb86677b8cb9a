import type { Verdict } from '../search/recipe.ts';
import { compareScores, type ComparedScores } from './compared-scores.ts';
import { fileDifferences, type FileDifference } from './file-differences.ts';
import { branchOf, type Side } from './side.ts';

/** What one of two searches came to. */
export type Outcome = {
  readonly search: string;
  /** Whether it has a recipe, or goes on (or broke off) after a snapshot. */
  readonly state: 'recipe' | 'snapshot';
  readonly verdict: Verdict | null;
  readonly verified: boolean;
  readonly stoppedBy: string | null;
  readonly iterations: number;
  readonly digest: string | null;
  /** Null where a snapshot of before 0.3.0 doesn't say. */
  readonly cost: { readonly proxies: number; readonly trainTokens: number; readonly deviceHours: number } | null;
  /** Null likewise, and while it runs. */
  readonly fromLedger: number | null;
  /** Searches that it goes on from, nearest first, and after which iteration of the first. */
  readonly branchOf: { readonly of: readonly string[]; readonly iteration: number; readonly shared: number } | null;
};

export type ComparedWeight = {
  readonly cluster: string;
  readonly label: string;
  readonly a: number;
  readonly b: number;
};

export type Compared = {
  readonly a: Outcome;
  readonly b: Outcome;
  readonly ancestry: Ancestry;
  readonly files: readonly FileDifference[];
  /** Null where their clusters differ. `distance`: total variation, half the sum of what the weights differ by. */
  readonly weights: { readonly clusters: readonly ComparedWeight[]; readonly distance: number } | null;
  readonly scores: ComparedScores;
};

/** `nearest`: the last search that both come from, itself one of the two perhaps; null where they share none. */
export type Ancestry = { readonly nearest: string | null };

export function compareSearches(a: Side, b: Side): Compared {
  return {
    a: outcomeOf(a),
    b: outcomeOf(b),
    ancestry: { nearest: nearestOf(a, b) },
    files: fileDifferences(a.spec, b.spec),
    weights: a.domainSet === b.domainSet ? compareWeights(a, b) : null,
    scores: compareScores(a, b),
  };
}

function outcomeOf(side: Side): Outcome {
  const { search, recipe, snapshot } = side;
  const charged = recipe?.run.charged ?? snapshot?.carried?.account.charged;
  const branch = branchOf(side);
  return {
    search,
    state: recipe === null ? 'snapshot' : 'recipe',
    verdict: recipe?.verdict ?? null,
    verified: recipe?.verified ?? false,
    stoppedBy: recipe?.stoppedBy ?? null,
    iterations: recipe?.evidence.iterations ?? snapshot?.iteration ?? 0,
    digest: recipe?.digest ?? null,
    cost: charged
      ? {
          proxies: charged.proxies,
          trainTokens: charged.trainTokens,
          deviceHours: Number((charged.deviceSeconds / 3600).toFixed(4)),
        }
      : null,
    fromLedger: recipe?.run.proxies.fromLedger ?? null,
    branchOf: branch && { of: branch.of, iteration: branch.iteration, shared: branch.shared },
  };
}

function compareWeights({ clusters, weights }: Side, other: Side): NonNullable<Compared['weights']> {
  const pairs = clusters.map((cluster, at) => ({ ...cluster, a: weights[at] ?? 0, b: other.weights[at] ?? 0 }));
  return { clusters: pairs, distance: pairs.reduce((sum, { a, b }) => sum + Math.abs(a - b), 0) / 2 };
}

function nearestOf(a: Side, b: Side): string | null {
  const line = (side: Side) => [side.search, ...(branchOf(side)?.of ?? [])];
  const others = line(b);
  return line(a).find((search) => others.includes(search)) ?? null;
}
