import { constrain, type Constraints } from './constraints.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { tokenShares, type TokenShards } from '../corpus/token-shards.ts';

/** Where a search looks: the axes, the natural mixture, and what a mixture may be. */
export type MixtureSpace = {
  readonly clusters: readonly string[];
  /** Share of each cluster in the corpus. */
  readonly prior: readonly number[];
  readonly constraints: Constraints;
};

export type SpaceRules = {
  readonly constraints: SearchSpec['constraints'];
  readonly targetTokens: number;
};

/** Tokens of the run that the caps on repetition count at: the target's, or where none is given a proxy's. */
export function targetTokens({ target, proxy }: Pick<SearchSpec, 'target' | 'proxy'>): number {
  return target.tokens ?? proxyShape(proxy).tokens;
}

/**
 * Under so many tokens a cluster can't carry its part of a uniform mixture within the caps on repetition, counted at a
 * proxy. For a larger target the caps bound its weight instead: a small cluster is rare there, not useless.
 */
export function minimumClusterTokens({
  proxy,
  clusters,
  constraints,
}: Pick<SearchSpec, 'proxy' | 'clusters' | 'constraints'>): number {
  return Math.ceil(proxyShape(proxy).tokens / clusters.merge.target / constraints.maxEpochs);
}

export function spaceRules(spec: Pick<SearchSpec, 'constraints' | 'target' | 'proxy'>): SpaceRules {
  return { constraints: spec.constraints, targetTokens: targetTokens(spec) };
}

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
