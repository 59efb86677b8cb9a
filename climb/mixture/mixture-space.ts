import type { Belief } from './belief.ts';
import { constrain, project, type Constraints } from './constraints.ts';
import type { GuardedTask } from './guarded.ts';
import { guardLimits } from '../verification/guards.ts';
import { taskLabel } from '../verification/objective.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { MinimumRule } from '../corpus/merge.ts';
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
  /** Searched tasks that the search file guards; absent where there are none. */
  readonly guarded?: readonly GuardedTask[];
};

/** Tokens of the run that the caps on repetition count at: the target's, or where none is given a proxy's. */
export function targetTokens({ target, proxy }: Pick<SearchSpec, 'target' | 'proxy'>): number {
  return target.tokens ?? proxyShape(proxy).tokens;
}

/**
 * What all clusters together must hold so that a proxy can read each alike within the caps on repetition: a cluster with
 * less than its part of this can't carry a uniform mixture. Counted at a proxy; for a larger target the caps bound its
 * weight instead: a small cluster is rare there, not useless.
 */
export function uniformMixtureTokens({ proxy, constraints }: Pick<SearchSpec, 'proxy' | 'constraints'>): number {
  return Math.ceil(proxyShape(proxy).tokens / constraints.maxEpochs);
}

/** How much text a cluster needs: what the file says, or its part of a uniform mixture, however many clusters there are. */
export function minimumRule(spec: Pick<SearchSpec, 'clusters' | 'proxy' | 'constraints'>): MinimumRule {
  const { minimumTokens } = spec.clusters.merge;
  return minimumTokens === undefined ? { uniformTokens: uniformMixtureTokens(spec) } : { minimumTokens };
}

export function spaceRules(spec: Pick<SearchSpec, 'constraints' | 'target' | 'proxy'> & Guarded): SpaceRules {
  const { tasks = [], objective } = spec;
  const guarded = guardLimits({ tasks, report: { tasks: [] }, objective }).map(({ label, maxLoss }) => ({
    task: tasks.findIndex((task) => taskLabel(task) === label),
    maxLoss,
  }));
  return { constraints: spec.constraints, targetTokens: targetTokens(spec), ...(guarded.length > 0 && { guarded }) };
}

type Guarded = Partial<Pick<SearchSpec, 'tasks' | 'objective'>>;

/** What the guards compare with, and their limits, where the search file has any. */
export function guardsIn(
  { prior, constraints }: MixtureSpace,
  { guarded }: Pick<SpaceRules, 'guarded'>,
): Belief['guards'] {
  return guarded && { natural: project(prior, constraints), limits: guarded };
}

/** What divergence from the natural proportions costs a proposal, where the search file sets a price. */
export function divergenceIn(
  { prior }: Pick<MixtureSpace, 'prior'>,
  { constraints: { divergence = 0 } }: Pick<SpaceRules, 'constraints'>,
): Belief['divergence'] {
  return divergence === 0 ? undefined : { prior, price: divergence };
}

/** @throws InfeasibleConstraints when no mixture satisfies the rules over these clusters. */
export function mixtureSpace(shards: TokenShards, { constraints, targetTokens }: SpaceRules): MixtureSpace {
  const clusters = shards.clusters.map(({ cluster }) => cluster);
  const clusterTokens = shards.clusters.map(({ tokens }) => tokens);
  const { maxEpochs, bounds, pinned = {}, groups = {} } = constraints;
  return {
    clusters,
    prior: tokenShares(shards),
    constraints: constrain({
      clusters,
      // A known domain may be bounded by its name.
      labels: shards.clusters.map(({ cluster, label = cluster }) => label),
      clusterTokens,
      targetTokens,
      maxEpochs,
      bounds,
      pinned,
      groups,
    }),
  };
}
