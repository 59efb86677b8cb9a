import type { Rung } from '../spec/ladder.ts';
import { ownProxiesIn, trunkTrainings, verificationProxies } from '../spec/plan.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { trunkId } from '../spec/trunk.ts';
import { add, times, type Cost } from './budget.ts';
import type { SearchState } from './search-state.ts';
import type { BatchUnderWay } from './under-way.ts';
import { affordableCandidates, plannedIterations, reasonToStop } from './steering.ts';

/** What is still to be trained as the budget of now allows. */
export type Ahead = {
  /** Proxies of the batch under way, those in flight too, and what they cost at most. */
  readonly underWay: { readonly at: string; readonly cost: Cost } | undefined;
  readonly trunk: boolean;
  /** Iterations after this one. */
  readonly after: number;
  readonly iterations: number;
  readonly regmix: boolean;
  /** Of a verification that has yet to begin; 0 where none will. */
  readonly candidates: number;
  readonly rungs: readonly Rung[];
  readonly lengths: readonly number[];
};

/** As people know a batch. */
export function nameOfBatch(at: string): string {
  if (at.startsWith('i')) return `iteration ${at.slice(1)}`;
  if (at === 'r') return "RegMix's search";
  return at === 'v' ? 'verification' : at.startsWith('l') ? 'the ladder' : 'the shorter lengths';
}

/** What the search has before it: what `status`, `plan` and `budget` say is counted from this alone. */
export function aheadOf(state: SearchState, now: number): Ahead {
  const { account, finishEarly, iteration, phase, spec, stoppedBy, unverified, verified } = state;
  const { verify } = spec;
  const batch = batchOf(state);
  const is = (part: string) => batch?.at.startsWith(part) === true;
  const over = finishEarly === 'now' || phase === 'report' || phase === 'done' || unverified !== undefined;
  const waiting = over ? 0 : (batch?.waiting ?? 0);
  const after = iteration + (is('i') ? 1 : 0);
  const stopped = over || stoppedBy !== null || reasonToStop(state, now) !== null;
  const candidates = over || is('v') || verified !== undefined ? 0 : affordableCandidates(state, now);
  const larger = !over && (is('v') || verified !== undefined || candidates > 0);
  return {
    underWay: batch && { at: batch.at, cost: add(account.reserved, times(batch.each, waiting)) },
    trunk: !over && isTrunkAhead(state),
    after,
    iterations: stopped ? 0 : Math.max(0, plannedIterations(state) - after),
    regmix: candidates > 0 && verify.baselines.includes('regmix') && state.regmix === undefined && !is('r'),
    candidates,
    rungs: larger ? (verify.ladder ?? []).slice((state.ladder?.length ?? 0) + (is('l') ? 1 : 0)) : [],
    lengths: larger ? (verify.efficiency ?? []).slice((state.efficiency?.length ?? 0) + (is('e') ? 1 : 0)) : [],
  };
}

/** The batch under way: until its iteration is committed, or what came of it is known. */
function batchOf(state: SearchState): BatchUnderWay | undefined {
  const { batch, iteration, regmix, verified, ladder = [], efficiency = [] } = state;
  const once = [...(regmix === undefined ? ['r'] : []), ...(verified === undefined ? ['v'] : [])];
  const current = [...once, `i${iteration + 1}`, `l${ladder.length + 1}`, `e${efficiency.length + 1}`];
  return batch && current.includes(batch.at) ? batch : undefined;
}

/** Proxies that are still to end, those in flight too. */
export function proxiesIn(ahead: Ahead, spec: SearchSpec): number {
  const { verify } = spec;
  const { underWay, trunk, after, iterations, regmix, candidates, rungs, lengths } = ahead;
  const own = ownProxiesIn(spec, after + iterations) - ownProxiesIn(spec, after);
  return [
    underWay?.cost.proxies ?? 0,
    trunk ? 1 : 0,
    own,
    regmix ? (verify.regmixProxies ?? 0) : 0,
    candidates > 0 ? verificationProxies({ ...verify, candidates }) : 0,
    rungs.length * verificationProxies(verify),
    lengths.length * verify.seeds,
  ].reduce((sum, proxies) => sum + proxies);
}

/** One that failed counts among what ended until it is tried again. */
function isTrunkAhead({ spec, opening, trunk, retriable = [] }: SearchState): boolean {
  const none = trunk !== undefined || opening?.warmStart !== undefined || retriable.includes(trunkId);
  return !none && trunkTrainings(spec).length > 0;
}
