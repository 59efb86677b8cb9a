import { efficiencyTrainings, regmixTrainings } from './baseline-work.ts';
import { rungShape } from './ladder.ts';
import { proxyShape, type Training } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';
import { scheduleIn, type Schedule } from './search-presets.ts';
import { trunkShape } from './trunk.ts';

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

type Fixed = Pick<SearchSpec, 'verify' | 'proxy'> & Partial<Pick<SearchSpec, 'branchFrom'>>;

/** Iterations that a branch shares with the search it goes on from: they are paid for. */
export function sharedIterations({ branchFrom }: Partial<Pick<SearchSpec, 'branchFrom'>>): number {
  return branchFrom?.iteration ?? 0;
}

/** (candidates + baselines) × seeds. */
export function verificationProxies(verify: SearchSpec['verify']): number {
  return (verify.candidates + verify.baselines.length) * verify.seeds;
}

/** None for a branch: it starts from its parent's. */
export function trunkTrainings({ proxy, branchFrom }: Pick<Fixed, 'proxy' | 'branchFrom'>): Training[] {
  const shape = trunkShape(proxy);
  return shape === null || branchFrom !== undefined ? [] : [{ shape, proxies: 1 }];
}

/** Every arm of the verification with every seed, on each rung. */
function ladderTrainings({ verify, proxy }: Fixed): Training[] {
  const proxies = verificationProxies(verify);
  return (verify.ladder ?? []).map((rung) => ({ shape: rungShape(proxy, rung), proxies }));
}

/** What is paid for whatever the iterations cost: trunk, verification with its baselines and figures, and ladder. */
export function fixedTrainings({ verify, proxy, branchFrom }: Fixed): Training[] {
  const verification = { shape: proxyShape(proxy), proxies: verificationProxies(verify) };
  const beside = [...regmixTrainings({ verify, proxy }), ...efficiencyTrainings({ verify, proxy })];
  return [...trunkTrainings({ proxy, branchFrom }), verification, ...beside, ...ladderTrainings({ verify, proxy })];
}

export function workOf(trainings: readonly Training[]): Work {
  return trainings.reduce(
    (sum, { shape, proxies }) => ({ proxies: sum.proxies + proxies, tokens: sum.tokens + proxies * shape.tokens }),
    { proxies: 0, tokens: 0 },
  );
}

/** Proxies of a search's iterations that a budget pays for once everything fixed is reserved. */
function proxiesWithin(
  spec: Fixed,
  { proxies, trainTokens = Infinity }: Pick<SearchSpec['budget'], 'proxies' | 'trainTokens'>,
): number {
  const fixed = workOf(fixedTrainings(spec));
  const byTokens = Math.floor((trainTokens - fixed.tokens) / proxyShape(spec.proxy).tokens);
  return Math.min(proxies - fixed.proxies, byTokens);
}

/** A list of sizes at its own proportions within `proxies`, the first at least 2; sizes of 0 are left out. */
export function scaledSizes(sizes: readonly number[], proxies: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (proxies >= total) return [...sizes];
  let through = 0;
  let spent = 0;
  return sizes.flatMap((size) => {
    through += size;
    const until = Math.max(Math.round((proxies * through) / total), spent, Math.min(2, proxies));
    const scaled = until - spent;
    spent = until;
    return scaled > 0 ? [scaled] : [];
  });
}

type Scheduled = Fixed & Pick<SearchSpec, 'search' | 'budget'>;

/**
 * The sizes of a search's iterations. They follow from the file alone: a budget that is changed while the search runs
 * ends it sooner or later, and changes no size.
 */
export function scheduleOf(spec: Scheduled): Schedule {
  const schedule = scheduleIn(spec.search);
  if (!schedule.scales) return schedule;
  const sizes = schedule.sizes.slice(0, spec.search.iterations);
  const shared = sharedIterations(spec);
  const own = scaledSizes(sizes.slice(shared), proxiesWithin(spec, spec.budget));
  return { ...schedule, sizes: [...sizes.slice(0, shared), ...own] };
}

/** Mixtures of an iteration, counted from 1; 0 where the schedule is over. */
export function batchSize({ sizes, then }: Pick<Schedule, 'sizes' | 'then'>, iteration: number): number {
  return sizes[iteration - 1] ?? then;
}

/** Proxies of the first `iterations` iterations. */
export function proxiesIn(schedule: Pick<Schedule, 'sizes' | 'then'>, iterations: number): number {
  const { sizes, then } = schedule;
  const listed = sizes.slice(0, iterations).reduce((sum, size) => sum + size, 0);
  return listed + Math.max(0, iterations - sizes.length) * then;
}

/** Iterations that `proxies` pay for. */
export function affordableIterations(schedule: Pick<Schedule, 'sizes' | 'then'>, proxies: number): number {
  const { sizes, then } = schedule;
  const tooMany = sizes.findIndex((_, at) => proxiesIn(schedule, at + 1) > proxies);
  if (tooMany >= 0) return tooMany;
  return sizes.length + (then > 0 ? Math.floor((proxies - proxiesIn(schedule, sizes.length)) / then) : 0);
}

/** Iterations that a budget pays for once everything fixed is reserved, those that are shared included. */
export function iterationsWithin(
  spec: Scheduled,
  budget: Pick<SearchSpec['budget'], 'proxies' | 'trainTokens'>,
): number {
  const schedule = scheduleOf(spec);
  const shared = sharedIterations(spec);
  const paid = affordableIterations(schedule, proxiesIn(schedule, shared) + proxiesWithin(spec, budget));
  return Math.max(shared, paid);
}

/** Proxies that a search trains itself in its first `iterations` iterations. */
export function ownProxiesIn(spec: Scheduled, iterations: number): number {
  const schedule = scheduleOf(spec);
  return proxiesIn(schedule, iterations) - proxiesIn(schedule, sharedIterations(spec));
}

/** Everything fixed is reserved first; iterations get what the budget of proxies and of tokens leaves. */
export function planSearch(spec: Scheduled): Plan {
  const iterations = Math.min(spec.search.iterations ?? Infinity, iterationsWithin(spec, spec.budget));
  return {
    searchProxies: Math.max(0, ownProxiesIn(spec, iterations)),
    verifyProxies: verificationProxies(spec.verify),
    iterations,
    proxyTokens: proxyShape(spec.proxy).tokens,
    trunk: workOf(trunkTrainings(spec)),
    ladder: workOf(ladderTrainings(spec)),
  };
}
