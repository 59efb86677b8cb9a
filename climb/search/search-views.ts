import { cell, table } from '../markdown.ts';
import { trunkId } from '../spec/trunk.ts';
import { taskLabel } from '../verification/objective.ts';
import { aheadOf, nameOfBatch, proxiesIn } from './ahead.ts';
import { isPaused, pauseMode } from './pause.ts';
import { moneyFor } from './budget.ts';
import { effect } from './effect.ts';
import { remaining } from './steering.ts';
import type { Gate } from '../spec/gates.ts';
import type { Branch, Outlook, Phase, SearchState } from './search-state.ts';

/** Answers of the queries: small JSON for people and scripts. */

export type Status = {
  phase: Phase;
  detail: string;
  paused: boolean;
  /** The gate at which the search waits for `approve`. */
  waitingFor: Gate | null;
  iteration: number;
  iterations: number;
  proxies: { done: number; running: number; planned: number; failed: number; fromLedger: number };
  best: { mixture: string; score: number } | null;
  /** Seconds of waiting left, as far as the pace so far tells. */
  etaSeconds: number | null;
  stoppedBy: string | null;
  /** What a further batch was expected to gain after the last iteration, and the noise of one run: below it a search ends. */
  outlook?: Outlook;
  /** The search that it goes on from, after which iteration, and those before it, nearest first. */
  branch?: Pick<Branch, 'search' | 'iteration' | 'of' | 'shared'>;
  rejected: SearchState['rejected'];
  failures: SearchState['failures'];
};

export function statusOf(state: SearchState, now: number): Status {
  const { counts, account, leaderboard, spec } = state;
  const ahead = aheadOf(state, now);
  const left = proxiesIn(ahead, spec);
  const best = leaderboard[0];
  return {
    phase: state.phase,
    detail: detailOf(state),
    paused: isPaused(state),
    waitingFor: state.waitingFor ?? null,
    iteration: state.iteration,
    iterations: ahead.after + ahead.iterations,
    proxies: {
      done: counts.done,
      running: account.reserved.proxies,
      planned: counts.done + counts.diverged + counts.failed + left,
      failed: counts.failed,
      fromLedger: counts.fromLedger,
    },
    best: best === undefined ? null : { mixture: best.id, score: best.score },
    etaSeconds: etaSeconds(state, left),
    stoppedBy: state.stoppedBy,
    ...(state.outlook && { outlook: state.outlook }),
    ...(state.branch && { branch: lineOf(state.branch) }),
    rejected: state.rejected,
    failures: state.failures,
  };
}

const lineOf = ({ search, iteration, of, shared }: Branch) => ({ search, iteration, of, shared });

/**
 * The mean time between the latest proxies that ended, times those that are to come. The longest gap is left out: it
 * may be the night in which the machine was off.
 */
function etaSeconds(state: SearchState, remaining: number): number | null {
  const { milestones } = state;
  const gaps = milestones.slice(1).map((at, i) => at - (milestones[i] as number));
  if (gaps.length === 0 || isPaused(state)) return null;
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const [kept, count] = gaps.length < 3 ? [total, gaps.length] : [total - Math.max(...gaps), gaps.length - 1];
  return Math.round((kept / count / 1000) * remaining);
}

function detailOf(state: SearchState): string {
  const { phase, failures, account, iteration } = state;
  if (state.unopened) return 'not open yet: what it goes on from is being read, and these figures are not its own';
  if (phase === 'needs-attention') {
    const last = failures.at(-1);
    const of =
      state.batch === undefined || state.batch.at.startsWith('i') ? 'this iteration' : nameOfBatch(state.batch.at);
    const what =
      last?.id === trunkId
        ? 'the trunk that every proxy starts from is not trained'
        : `too few proxies of ${of} have a score`;
    return `${what}${last ? ` (${last.id}: ${last.reason})` : ''}; send resume or retryFailed to try again, finishEarly to go on without, or cancel`;
  }
  if (state.waitingFor !== undefined) return `waits for approval before ${state.waitingFor}: send approve`;
  if (isPaused(state)) {
    if (account.reserved.proxies === 0) return 'paused';
    return `paused: running proxies ${pauseMode(state.paused) === 'drain' ? 'finish' : 'stop at their next checkpoint'}, none starts`;
  }
  if (state.retask !== undefined && phase === 'search') {
    return `iteration ${iteration + 1}; other tasks are taken over when no proxy is in flight`;
  }
  return phase === 'search' ? `iteration ${iteration + 1}` : phase;
}

export function budgetOf(state: SearchState, now: number) {
  const { account } = state;
  const { budget, charged, reserved } = account;
  const money = (deviceSeconds: number) =>
    budget.money && { money: Math.round(moneyFor(account, deviceSeconds) * 1e4) / 1e4 };
  const hours = (seconds: number) => Math.round((seconds / 3600) * 1e4) / 1e4;
  return {
    budget,
    used: {
      proxies: charged.proxies,
      trainTokens: charged.trainTokens,
      deviceHours: hours(charged.deviceSeconds),
      ...money(charged.deviceSeconds),
    },
    reserved: {
      proxies: reserved.proxies,
      trainTokens: reserved.trainTokens,
      deviceHours: hours(reserved.deviceSeconds),
    },
    remaining: remaining(state.account),
    effect: effect(state, now),
    changes: state.changes,
  };
}

export function leaderboardOf({ leaderboard, spec }: SearchState) {
  return {
    order: 'lower is better',
    tasks: spec.tasks.map(({ name, metric }) => `${name} ${metric}`),
    entries: leaderboard,
  };
}

/** A markdown page for the Temporal UI and `temporal workflow metadata`; costs no history. */
export function currentDetails(state: SearchState, now: number): string {
  const { phase, proxies, iteration, iterations, etaSeconds: eta, detail } = statusOf(state, now);
  const rows = state.leaderboard.map(({ id, score, losses }, at) => [
    String(at + 1),
    id,
    score.toFixed(4),
    ...losses.map((loss) => loss.toFixed(4)),
  ]);
  return [
    `**${phase}** · ${cell(detail)} · ${iteration}/${iterations} iterations · ${proxies.done}/${proxies.planned} proxies${proxies.fromLedger > 0 ? ` (${proxies.fromLedger} from the ledger)` : ''}${eta === null ? '' : ` · about ${Math.ceil(eta / 60)} min left`}`,
    '',
    ...(rows.length === 0
      ? []
      : [table(['', 'mixture', 'objective', ...state.spec.tasks.map((task) => cell(taskLabel(task)))], rows)]),
  ].join('\n');
}
