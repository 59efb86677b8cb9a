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

/** What is paid for whatever the iterations cost: trunk, verification with its baselines and figures, and ladder. */
export function fixedTrainings({ verify, proxy }: Fixed): Training[] {
  const verification = { shape: proxyShape(proxy), proxies: verificationProxies(verify) };
  const beside = [...regmixTrainings({ verify, proxy }), ...efficiencyTrainings({ verify, proxy })];
  return [...trunkTrainings(proxy), verification, ...beside, ...ladderTrainings({ verify, proxy })];
}

export function workOf(trainings: readonly Training[]): Work {
  return trainings.reduce(
    (sum, { shape, proxies }) => ({ proxies: sum.proxies + proxies, tokens: sum.tokens + proxies * shape.tokens }),
    { proxies: 0, tokens: 0 },
  );
}

/** Proxies of a search's iterations that a budget pays for once everything fixed is reserved. */
function proxiesWithin(
  { verify, proxy }: Fixed,
  { proxies, trainTokens = Infinity }: Pick<SearchSpec['budget'], 'proxies' | 'trainTokens'>,
): number {
  const fixed = workOf(fixedTrainings({ verify, proxy }));
  const byTokens = Math.floor((trainTokens - fixed.tokens) / proxyShape(proxy).tokens);
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
  const sizes = schedule.sizes.slice(0, spec.search.iterations);
  return schedule.scales ? { ...schedule, sizes: scaledSizes(sizes, proxiesWithin(spec, spec.budget)) } : schedule;
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

/** Iterations that a budget pays for once everything fixed is reserved. */
export function iterationsWithin(
  spec: Scheduled,
  budget: Pick<SearchSpec['budget'], 'proxies' | 'trainTokens'>,
): number {
  return affordableIterations(scheduleOf(spec), proxiesWithin(spec, budget));
}

/** Everything fixed is reserved first; iterations get what the budget of proxies and of tokens leaves. */
export function planSearch(spec: Scheduled): Plan {
  const iterations = Math.min(spec.search.iterations ?? Infinity, iterationsWithin(spec, spec.budget));
  return {
    searchProxies: proxiesIn(scheduleOf(spec), iterations),
    verifyProxies: verificationProxies(spec.verify),
    iterations,
    proxyTokens: proxyShape(spec.proxy).tokens,
    trunk: workOf(trunkTrainings(spec.proxy)),
    ladder: workOf(ladderTrainings(spec)),
  };
}
