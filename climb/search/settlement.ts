import type { ProxyShape } from '../spec/proxy-shape.ts';
import { lossOf, objective, taskShares, type TaskScore } from '../verification/objective.ts';
import { add, nothing, settle, type Cost } from './budget.ts';
import { noteSeconds, type ProxySeconds } from './proxy-cost.ts';
import { enterLeaderboard } from './leaderboard.ts';
import { note, notePace, type Part, type SearchState } from './search-state.ts';

/** How a proxy ends: its bill, the counts and what is remembered of it. Each was reserved before it was dispatched. */

/** A proxy with a score, and what it really cost. */
export type ScoredProxy = {
  readonly id: string;
  readonly fromLedger: boolean;
  readonly tasks: readonly TaskScore[];
  readonly seconds: ProxySeconds;
};

/** The proxies of one group, which end together. */
export function settleScored(
  state: SearchState,
  { part, proxy, aside = false }: { readonly part: Part; readonly proxy: ProxyShape; readonly aside?: boolean },
  reserved: Cost,
  group: readonly ScoredProxy[],
  now: number,
): void {
  const { counts, account, spec } = state;
  for (const { id, fromLedger, tasks, seconds } of group) {
    settle(account, reserved, { ...reserved, deviceSeconds: seconds.train + seconds.evaluate });
    counts.done += 1;
    if (fromLedger) counts.fromLedger += 1;
    forget(state, id);
    if (part === 'search' && !aside) {
      const losses = spec.tasks.map(({ metric }, at) => lossOf(tasks[at] as TaskScore, metric));
      const weights = state.taskWeights ?? taskShares(spec.tasks);
      enterLeaderboard(state, { id, score: objective(losses, weights), losses });
    }
  }
  notePace(state.milestones, now, group.filter(({ fromLedger }) => !fromLedger).length);
  const seconds = group.map((scored) => scored.seconds);
  noteSeconds(state, part, proxy, seconds);
}

/** A proxy that diverged has its place and its price like any other. */
export function settleDiverged(
  state: SearchState,
  reserved: Cost,
  { id, seconds, fromLedger }: { readonly id: string; readonly seconds: number; readonly fromLedger: boolean },
): void {
  settle(state.account, reserved, { ...reserved, deviceSeconds: seconds });
  state.counts.diverged += 1;
  if (fromLedger) state.counts.fromLedger += 1;
  forget(state, id);
}

/**
 * A proxy that failed for good, or (`failure` is null) was called off. It may have been trained in part: its tokens and
 * its time are gone, its place among the proxies is free again.
 */
export function settleLost(
  state: SearchState,
  reserved: Cost,
  seconds: number,
  failure: { readonly id: string; readonly reason: string } | null,
): void {
  settle(state.account, reserved, { ...reserved, proxies: 0, deviceSeconds: seconds });
  if (failure === null) return;
  state.counts.failed += 1;
  forget(state, failure.id);
  note(state.failures, failure);
}

/** A proxy that was tried again stands among the failures as it ended last, or no more. */
function forget(state: Pick<SearchState, 'failures'>, id: string): void {
  if (state.failures.some((failure) => failure.id === id)) {
    state.failures = state.failures.filter((failure) => failure.id !== id);
  }
}

/** A proxy whose group was refused, and that is reserved anew when its turn comes: only the time that passed is gone. */
export function settleRefused({ account }: SearchState, reserved: Cost, seconds: number): void {
  settle(account, reserved, { ...nothing, deviceSeconds: Math.min(reserved.deviceSeconds, seconds) });
}

/**
 * A proxy whose training a pause cut, and that may never go on: what a device did is charged, and its tokens once it did
 * anything; its place is free again.
 * @param spent device seconds that were charged for it before
 * @returns those that are charged for it now
 */
export function settleCut({ account }: SearchState, reserved: Cost, seconds: number, spent = 0): number {
  const deviceSeconds = Math.min(reserved.deviceSeconds, seconds);
  const { trainTokens } = reserved;
  settle(account, reserved, { proxies: 0, trainTokens: spent + deviceSeconds > 0 ? trainTokens : 0, deviceSeconds });
  return spent + deviceSeconds;
}

/** Charges tokens of trainings that a pause cut, or (less than 0) takes that back where they go on: each counts once. */
export function chargeCut({ account }: SearchState, trainTokens: number): void {
  account.charged = add(account.charged, { ...nothing, trainTokens });
}
