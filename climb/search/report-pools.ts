import type { TokenShards } from '../corpus/token-shards.ts';
import { number, table } from '../markdown.ts';
import { flooredPools, poolsOf } from '../mixture/pools.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';

/**
 * Where proxies could not repeat a cluster as often as the target run would; nothing where they did. A reader must know:
 * such a cluster looks fresher, and so better, to the proxies than it will be.
 */
export function poolsSection(spec: SearchSpec, tokens: TokenShards): string[] {
  const shape = proxyShape(spec.proxy);
  const floored = flooredPools(tokens, shape, poolsOf(spec, shape));
  if (floored.length === 0) return [];
  return [
    '## Clusters read less often than in the target run',
    `A proxy reads ${number(shape.tokens)} of the target's ${number(spec.target.tokens ?? shape.tokens)} tokens, and should repeat a part of each cluster as often as the target run repeats the whole. These parts would be smaller than a batch, so that proxies read more of them and repeat it less: they may make these clusters look better than they are. More tokens a proxy, or smaller batches, help.`,
    table(
      ['cluster', 'tokens to repeat', 'tokens read'],
      floored.map(({ cluster, faithful, floor }) => [cluster, number(faithful), number(floor)]),
    ),
  ];
}
