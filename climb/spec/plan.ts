import { proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** What a search will train, before it starts. */
export type Plan = {
  /** Proxies that search: the first batch and the later ones. */
  readonly searchProxies: number;
  /** Proxies kept back for verification: (candidates + baselines) × seeds. */
  readonly verifyProxies: number;
  readonly iterations: number;
  readonly proxyTokens: number;
};

/** (candidates + baselines) × seeds. */
export function verificationProxies(verify: SearchSpec['verify']): number {
  return (verify.candidates + verify.baselines.length) * verify.seeds;
}

/** Iterations that `proxies` pay for: a first batch, then batches. */
export function affordableIterations(search: SearchSpec['search'], proxies: number): number {
  return proxies < search.first ? 0 : 1 + Math.floor((proxies - search.first) / search.batch);
}

/** Proxies of the first `iterations` iterations. */
export function proxiesIn(search: SearchSpec['search'], iterations: number): number {
  return iterations === 0 ? 0 : search.first + (iterations - 1) * search.batch;
}

/** Verification is reserved first; iterations get what the budget of proxies and of tokens leaves. */
export function planSearch(spec: Pick<SearchSpec, 'budget' | 'search' | 'verify' | 'proxy'>): Plan {
  const { tokens } = proxyShape(spec.proxy);
  const byTokens = Math.floor((spec.budget.trainTokens ?? Infinity) / tokens);
  const verifyProxies = verificationProxies(spec.verify);
  const affordable = affordableIterations(spec.search, Math.min(spec.budget.proxies, byTokens) - verifyProxies);
  const iterations = Math.min(spec.search.iterations ?? Infinity, affordable);
  return { searchProxies: proxiesIn(spec.search, iterations), verifyProxies, iterations, proxyTokens: tokens };
}
