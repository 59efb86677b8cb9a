import type { TokenShards } from '../corpus/token-shards.ts';
import type { ProxyShape } from '../spec/proxy-shape.ts';
import { targetTokens } from './mixture-space.ts';
import type { SearchSpec } from '../spec/search-file.ts';

/**
 * A proxy sees a small part of what the target run sees, and would hardly repeat a cluster that the target run repeats
 * many times: mixtures that lean on a small cluster would look better than they are. So a proxy reads of each cluster
 * only a pool, the same share of all, and repeats that as often as the target run repeats the cluster.
 */
export type Pools = {
  /** Share of each cluster that training reads, (0, 1]. */
  readonly poolShare: number;
  /** Passes over a pool that no mixture within the constraints exceeds. */
  readonly maxEpochs: number;
};

/** A pool is whole chunks of `context` tokens: rounding, and what the last chunk leaves over, can take so many of it. */
const roundedAway = 1.5;

/**
 * The pools of proxies of this shape: `min(1, P / D)` of each cluster, for P training tokens of a proxy and D of the
 * target run. A proxy longer than the target run repeats a cluster more often than it: its cap is that much wider.
 */
export function poolsOf(
  spec: Pick<SearchSpec, 'constraints' | 'target' | 'proxy'>,
  { tokens, batch }: Pick<ProxyShape, 'tokens' | 'batch'>,
): Pools {
  const ratio = tokens / targetTokens(spec);
  const { maxEpochs } = spec.constraints;
  if (ratio >= 1) return { poolShare: 1, maxEpochs: maxEpochs * ratio };
  // The trainer never makes a pool smaller than a batch, so that rounding weighs so much at most.
  return { poolShare: ratio, maxEpochs: maxEpochs * (1 + roundedAway / batch) };
}

/** A cluster whose pool is larger than its share, in tokens: proxies repeat it less often than the target run would. */
export type FlooredPool = { readonly cluster: string; readonly faithful: number; readonly floor: number };

/** Clusters whose share is under one batch of chunks, which is the least that the trainer makes a pool of. */
export function flooredPools(
  { clusters }: Pick<TokenShards, 'clusters'>,
  { batch, model }: Pick<ProxyShape, 'batch' | 'model'>,
  { poolShare }: Pick<Pools, 'poolShare'>,
): FlooredPool[] {
  return clusters.flatMap(({ cluster, tokens }) => {
    const faithful = poolShare * tokens;
    const floor = Math.min(tokens, batch * model.context);
    return faithful < floor ? [{ cluster, faithful, floor }] : [];
  });
}
