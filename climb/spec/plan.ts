import { rungShape } from './ladder.ts';
import { proxyShape, type ProxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';
import { trunkShape } from './trunk.ts';

/** So many proxies of one shape. */
export type Training = { readonly shape: ProxyShape; readonly proxies: number };

/** Proxies, and what they train on in all. */
export type Work = { readonly proxies: number; readonly tokens: number };

/** What a search will train, before it starts. */
export type Plan = {
  /** Proxies that search: the first batch and the later ones. */
  readonly searchProxies: number;
  /** Proxies kept back for verification: (candidates + baselines) × seeds. */
  readonly verifyProxies: number;
  readonly iterations: number;
  readonly proxyTokens: number;
  /** Before the first iteration, and after verification: nothing where the search has none. */
  readonly trunk: Work;
  readonly ladder: Work;
};

type Fixed = Pick<SearchSpec, 'verify' | 'proxy'>;

/** (candidates + baselines) × seeds. */
export function verificationProxies(verify: SearchSpec['verify']): number {
  return (verify.candidates + verify.baselines.length) * verify.seeds;
}

export function trunkTrainings(proxy: SearchSpec['proxy']): Training[] {
  const shape = trunkShape(proxy);
  return shape === null ? [] : [{ shape, proxies: 1 }];
}

/** Every arm of the verification with every seed, on each rung. */
export function ladderTrainings({ verify, proxy }: Fixed): Training[] {
  const proxies = verificationProxies(verify);
  return (verify.ladder ?? []).map((rung) => ({ shape: rungShape(proxy, rung), proxies }));
}

/** What is paid for whatever the iterations cost: trunk, verification and ladder. */
export function fixedTrainings({ verify, proxy }: Fixed): Training[] {
  const verification = { shape: proxyShape(proxy), proxies: verificationProxies(verify) };
  return [...trunkTrainings(proxy), verification, ...ladderTrainings({ verify, proxy })];
}

export function workOf(trainings: readonly Training[]): Work {
  return trainings.reduce(
    (sum, { shape, proxies }) => ({ proxies: sum.proxies + proxies, tokens: sum.tokens + proxies * shape.tokens }),
    { proxies: 0, tokens: 0 },
  );
}

/** Iterations that `proxies` pay for: a first batch, then batches. */
export function affordableIterations(search: SearchSpec['search'], proxies: number): number {
  return proxies < search.first ? 0 : 1 + Math.floor((proxies - search.first) / search.batch);
}

/** Iterations that a budget pays for once everything fixed is reserved. */
export function iterationsWithin(
  { search, verify, proxy }: Fixed & Pick<SearchSpec, 'search'>,
  { proxies, trainTokens = Infinity }: Pick<SearchSpec['budget'], 'proxies' | 'trainTokens'>,
): number {
  const fixed = workOf(fixedTrainings({ verify, proxy }));
  const byTokens = Math.floor((trainTokens - fixed.tokens) / proxyShape(proxy).tokens);
  return affordableIterations(search, Math.min(proxies - fixed.proxies, byTokens));
}

/** Proxies of the first `iterations` iterations. */
export function proxiesIn(search: SearchSpec['search'], iterations: number): number {
  return iterations === 0 ? 0 : search.first + (iterations - 1) * search.batch;
}

/** Everything fixed is reserved first; iterations get what the budget of proxies and of tokens leaves. */
export function planSearch(spec: Fixed & Pick<SearchSpec, 'search' | 'budget'>): Plan {
  const iterations = Math.min(spec.search.iterations ?? Infinity, iterationsWithin(spec, spec.budget));
  return {
    searchProxies: proxiesIn(spec.search, iterations),
    verifyProxies: verificationProxies(spec.verify),
    iterations,
    proxyTokens: proxyShape(spec.proxy).tokens,
    trunk: workOf(trunkTrainings(spec.proxy)),
    ladder: workOf(ladderTrainings(spec)),
  };
}
