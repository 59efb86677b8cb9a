import { proxyShape, wholeSteps, type ProxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** The mixture and the member of the trunk, in artifacts and in the timeline. */
export const trunkId = 'trunk';

/**
 * The trunk that a search trains before its proxies, on the corpus as it is: CLIMB's proxies go on from one model that
 * has learnt to read, so that they tell mixtures apart by what these add (arXiv 2504.13161). Null where the search has
 * none, or is given a checkpoint.
 */
export function trunkShape(proxy: SearchSpec['proxy']): ProxyShape | null {
  const { warmStart } = proxy;
  if (warmStart === undefined || !('tokens' in warmStart)) return null;
  const shape = proxyShape(proxy);
  return { ...shape, tokens: wholeSteps(warmStart.tokens, shape.batch * shape.model.context) };
}

/** The files that a search is given to start from, or null. */
export function givenTrunk({ proxy: { warmStart } }: Pick<SearchSpec, 'proxy'>) {
  return warmStart !== undefined && 'checkpoint' in warmStart ? warmStart : null;
}
