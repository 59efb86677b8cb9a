import { proxyShape, wholeSteps, type ProxyShape, type Training } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** What a search trains for its baselines and its figures beside verification: paid from the budget, reserved first. */

type Fixed = Pick<SearchSpec, 'verify' | 'proxy'>;

/** RegMix's own search: random mixtures, each trained once as the search's proxies are. */
export function regmixTrainings({ verify, proxy }: Fixed): Training[] {
  if (!verify.baselines.includes('regmix')) return [];
  return [{ shape: proxyShape(proxy), proxies: verify.regmixProxies ?? 0 }];
}

/** The recommended arm at fewer tokens, with every seed of the verification. */
export function efficiencyTrainings({ verify, proxy }: Fixed): Training[] {
  return (verify.efficiency ?? []).map((share) => ({ shape: efficiencyShape(proxy, share), proxies: verify.seeds }));
}

/** The proxy with a share of its tokens, and a schedule of that length. */
export function efficiencyShape(proxy: SearchSpec['proxy'], share: number): ProxyShape {
  const own = proxyShape(proxy);
  return { ...own, tokens: wholeSteps(share * own.tokens, own.batch * own.model.context) };
}
