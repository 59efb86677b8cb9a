import { constrain, type Constraints } from './constraints.ts';
import type { SearchSpec } from './search-file.ts';
import { tokenShares, type TokenShards } from './token-shards.ts';

/** Where a search looks: the axes, the natural mixture, and what a mixture may be. */
export type MixtureSpace = {
  readonly clusters: readonly string[];
  /** Share of each cluster in the corpus. */
  readonly prior: readonly number[];
  readonly constraints: Constraints;
};

export type SpaceRules = {
  readonly constraints: SearchSpec['constraints'];
  /** Tokens of the run at which repetition counts: the target's, or a proxy's. */
  readonly targetTokens: number;
};

/** @throws InfeasibleConstraints when no mixture satisfies the rules over these clusters. */
export function mixtureSpace(shards: TokenShards, { constraints, targetTokens }: SpaceRules): MixtureSpace {
  const clusters = shards.clusters.map(({ cluster }) => cluster);
  const clusterTokens = shards.clusters.map(({ tokens }) => tokens);
  const { maxEpochs, bounds } = constraints;
  return {
    clusters,
    prior: tokenShares(shards),
    constraints: constrain({ clusters, clusterTokens, targetTokens, maxEpochs, bounds: withoutUndefined(bounds) }),
  };
}

function withoutUndefined(bounds: SearchSpec['constraints']['bounds']) {
  return Object.fromEntries(
    Object.entries(bounds).map(([cluster, { lower = 0, upper = 1 }]) => [cluster, { lower, upper }]),
  );
}
