import { add, limitBrokenBy, moneyFor, nothing, times, type Account, type Cost, type Limit } from './budget.ts';
import { efficiencyShape } from '../spec/baseline-work.ts';
import { rungShape, type Rung } from '../spec/ladder.ts';
import type { ProxyShape } from '../spec/proxy-shape.ts';
import { batchSize, iterationsWithin, scheduleOf, verificationProxies } from '../spec/plan.ts';
import { searchSettings } from '../spec/search-presets.ts';
import { together } from './groups.ts';
import { proxyCost } from './proxy-cost.ts';
import type { SearchState, StoppedBy } from './search-state.ts';

export type StopReason = { readonly by: StoppedBy; readonly limit: Limit | null };

/** Why no further iteration starts, or null: go on. Verification of what is found, and the ladder, stay paid for. */
export function reasonToStop(state: SearchState, now: number): StopReason | null {
  if (state.finishEarly !== null) return { by: 'finishEarly', limit: null };
  if (state.iteration >= (state.iterationLimit ?? Infinity)) return { by: 'iterations', limit: null };
  const size = batchSize(scheduleOf(state.spec), state.iteration + 1);
  if (size === 0) return { by: 'iterations', limit: null };
  if (converged(state)) return { by: 'converged', limit: null };
  const limit = limitBrokenBy(state.account, beforeVerification(state, size), now);
  return limit === undefined ? null : { by: 'budget', limit };
}

/** Whether a further batch is expected to gain less than one run of the same mixture differs from the next. */
function converged({ spec, outlook }: SearchState): boolean {
  return searchSettings(spec).stop.gain === 'noise-floor' && !!outlook && outlook.gain < outlook.noise;
}

/** Whether so many more proxies of the search may start: their own cost, with verification and ladder reserved on top. */
export function maySearch(state: SearchState, now: number, proxies: number): Limit | undefined {
  return limitBrokenBy(state.account, beforeVerification(state, proxies), now);
}

/** Some more proxies of the search, and all that comes after them. */
function beforeVerification(state: SearchState, size: number): Cost {
  const { baselines, regmixProxies = 0 } = state.spec.verify;
  const regmix = baselines.includes('regmix') ? searchCost(state, regmixProxies) : nothing;
  return [regmix, ...afterSearch(state)].reduce(add, searchCost(state, size));
}

/** Whether so many proxies of RegMix's search may start: it comes before verification, for which enough must be left. */
export function mayTrainRegmix(state: SearchState, now: number, proxies: number): Limit | undefined {
  return limitBrokenBy(state.account, afterSearch(state).reduce(add, searchCost(state, proxies)), now);
}

/** Whether the search can pay for something beside its proxies, with all that comes after it reserved on top. */
export function mayPay(state: SearchState, now: number, cost: Cost): Limit | undefined {
  return limitBrokenBy(state.account, add(beforeVerification(state, 0), cost), now);
}

/** The whole verification, its ladder, and the recommended arm at fewer tokens. */
function afterSearch(state: SearchState): Cost[] {
  const { verify, proxy } = state.spec;
  const arms = verificationProxies(verify) / verify.seeds;
  return [
    verificationCost(state, verify),
    ...(verify.ladder ?? []).map((rung) => rungCost(state, rung, arms)),
    ...(verify.efficiency ?? []).map((share) => shapeCost(state, efficiencyShape(proxy, share), 1)),
  ];
}

/** So many proxies of the search. */
export function searchCost(state: SearchState, size: number): Cost {
  return times(proxyCost(state, 'search', { together: together(state, size) }), size);
}

/** So many arms with every seed, at another size. */
export function rungCost(state: SearchState, rung: Rung, arms: number): Cost {
  return shapeCost(state, rungShape(state.spec.proxy, rung), arms);
}

/** So many arms with every seed, of another shape. */
export function shapeCost(state: SearchState, shape: ProxyShape, arms: number): Cost {
  const proxies = arms * state.spec.verify.seeds;
  return times(proxyCost(state, 'verify', { shape, together: together(state, arms) }), proxies);
}

/** Proxies of one seed are alike, and may train side by side. */
export function verificationCost(state: SearchState, verify: SearchState['spec']['verify']): Cost {
  const proxies = verificationProxies(verify);
  return times(proxyCost(state, 'verify', { together: together(state, proxies / verify.seeds) }), proxies);
}

/**
 * Candidates that verification can pay for, the baselines and all seeds included: verification with fewer candidates
 * is still verification, with fewer seeds or baselines it isn't.
 */
export function affordableCandidates(state: SearchState, now: number): number {
  const { verify } = state.spec;
  for (let candidates = verify.candidates; candidates > 0; candidates--) {
    const cost = verificationCost(state, { ...verify, candidates });
    if (limitBrokenBy(state.account, cost, now) === undefined) return candidates;
  }
  return 0;
}

/** Iterations in all, as far as the budget of now goes. */
export function plannedIterations(state: SearchState): number {
  const { account, spec } = state;
  const affordable = iterationsWithin(spec, account.budget);
  return Math.max(state.iteration, Math.min(state.iterationLimit ?? Infinity, affordable));
}

/** What remains of each limit; absent where there is none. */
export function remaining(account: Account) {
  const { budget, charged, reserved } = account;
  const deviceSeconds = charged.deviceSeconds + reserved.deviceSeconds;
  return {
    proxies: budget.proxies - charged.proxies - reserved.proxies,
    ...(budget.trainTokens !== undefined && {
      trainTokens: budget.trainTokens - charged.trainTokens - reserved.trainTokens,
    }),
    ...(budget.deviceHours !== undefined && { deviceHours: budget.deviceHours - deviceSeconds / 3600 }),
    ...(budget.money !== undefined && { money: budget.money.limit - moneyFor(account, deviceSeconds) }),
  };
}
