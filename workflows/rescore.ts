import { condition, isCancellation } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { nothing, reserve, settle, times, type Cost } from '../climb/search/budget.ts';
import { together } from '../climb/search/groups.ts';
import { noteSeconds, scoringCost } from '../climb/search/proxy-cost.ts';
import { note, type Longest, type Prepared, type Scored, type SearchState } from '../climb/search/search-state.ts';
import { mayPay } from '../climb/search/steering.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { choicesNeeded, taskLabel } from '../climb/verification/objective.ts';
import type { EvaluateProxiesInput } from '../activities/evaluate-proxies.ts';
import { lostSecondsEach } from './device-seconds.ts';
import { HistoryFull, waitForPerson } from './history.ts';
import { InFlight } from './in-flight.ts';
import { reasonOf } from './proxy-group.ts';
import { RescoringRound, type Finished } from './rescoring.ts';
import { runStage } from './stages.ts';

/** A change of tasks that can't be made; the search goes on without it. */
export class Refused extends Error {
  override name = 'Refused';
}

export type Rescored = {
  /** By the SHA-256 of the earlier score. */
  readonly scored: Scored[];
  readonly lost: string[];
  /** How long the groups took; absent where none had to be scored. */
  readonly longest?: Longest;
};

/** As of an iteration: with fewer the predictor would forget more than it learns. */
const acceptedShare = 0.8;
/** A predictor needs two mixtures to compare. */
export const leastRuns = 2;
/** A long search has many proxies, and each group adds to the history; members beyond those side by side take turns. */
const mostGroups = 300;

/**
 * Scores finished proxies on other tasks, from their weights, as many at once as the budget allows. Device seconds are
 * reserved for all of them first. A group that fails is tried one by one: the weights of one may be broken.
 * @param next the search as it would be with the new tasks
 * @throws Refused where the budget doesn't pay for it, a person ends it, or too few could be scored
 * @throws HistoryFull where the next run has to go on with it
 */
export async function rescore(
  state: SearchState,
  next: SearchState,
  { tokens }: Prepared,
  proxies: readonly Finished[],
  at: string,
): Promise<Rescored> {
  if (proxies.length === 0) return { scored: [], lost: [] };
  const stage = {
    tasks: next.spec.tasks.map((task, i) => ({ name: taskLabel(task), items: next.opening?.tasks[i] as Ref })),
    tokens,
    choices: choicesNeeded(next.spec.tasks),
    proxy: proxyShape(next.spec.proxy),
    trainer: next.spec.proxy.trainer,
  };
  const on = JSON.stringify([stage.tasks, stage.choices]);
  const before = state.rescoring?.on === on ? state.rescoring : undefined;
  delete state.rescoring;
  const side = together(state, proxies.length);
  const round = new RescoringRound(proxies, Math.max(side, Math.ceil(proxies.length / mostGroups)), before);
  const unmeasured = { ...next.longest, evaluate: { ...next.longest.evaluate, search: 0 } };
  const seen: SearchState = { ...next, longest: before?.longest ?? unmeasured };
  try {
    const each = scoringCost(next, 'search', side);
    await scoreAll(state, next, round, { stage, at, side, each, seen });
  } catch (error) {
    if (error instanceof HistoryFull) state.rescoring = round.left(on, seen.longest);
    throw error;
  }
  const { scored, lost } = round;
  if (scored.length < Math.max(acceptedShare * proxies.length, Math.min(leastRuns, proxies.length))) {
    throw new Refused(`only ${scored.length} of ${proxies.length} finished proxies could be scored on the new tasks`);
  }
  return { scored, lost, ...(seen.longest.evaluate.search > 0 && { longest: seen.longest }) };
}

type Work = {
  readonly stage: Omit<EvaluateProxiesInput, 'members'>;
  readonly at: string;
  /** Members that are scored side by side, and what each of them is reserved at. */
  readonly side: number;
  readonly each: Cost;
  /** Gets to know how long groups took on the new tasks. */
  readonly seen: SearchState;
};

async function scoreAll(state: SearchState, next: SearchState, round: RescoringRound, work: Work): Promise<void> {
  const { account } = state;
  const { side, each } = work;
  const { length } = round.waiting;
  const limit = mayPay(next, Date.now(), times(each, length));
  if (limit !== undefined) {
    throw new Refused(
      `budget.${limit} doesn't pay for scoring ${length} proxies on the new tasks and for all that comes after; raise it and send setTasks again`,
    );
  }
  for (const _ of round.waiting) reserve(account, each);
  const inFlight = new InFlight(state);
  let cancelled: { readonly error: unknown } | undefined;
  let full = false;
  try {
    while (round.nextSize > 0 || inFlight.groups > 0) {
      if (round.nextSize === 0 || cancelled !== undefined) {
        if (inFlight.groups === 0) break;
        await inFlight.next();
        continue;
      }
      const ready = () => state.finishEarly === 'now' || inFlight.mayStart(Math.min(round.nextSize, side));
      await condition(() => ready() || inFlight.isHeld);
      if (!ready()) await waitForPerson(state, ready);
      if (state.finishEarly === 'now') throw new Refused('the search was finished early before it was carried out');
      const room = inFlight.room();
      if (room === 'later') {
        await inFlight.next();
        continue;
      }
      full = room === 'none';
      if (full) break;
      const { group, number } = round.take();
      const id = `${work.at}-g${String(number).padStart(2, '0')}`;
      inFlight.add(Math.min(group.length, side), scoreGroup(state, next, round, work, { id, group }), (error) => {
        if (error !== undefined) cancelled = { error };
      });
    }
  } finally {
    await inFlight.drained();
    for (const _ of round.waiting) settle(account, each, nothing);
  }
  if (cancelled !== undefined) throw cancelled.error;
  if (full && round.nextSize > 0) throw new HistoryFull();
}

/** @returns what the search was cancelled with; undefined: it was not */
async function scoreGroup(
  state: SearchState,
  next: SearchState,
  round: RescoringRound,
  { stage, side, each, seen }: Work,
  { id, group }: { readonly id: string; readonly group: readonly Finished[] },
): Promise<unknown> {
  const { account } = state;
  const since = Date.now();
  try {
    const view = { activityId: id, summary: `new tasks · score ${group.length} proxies` };
    const members = group.map(({ id, weights }) => ({ id, weights }));
    const result = await runStage(next.opening, 'evaluateProxies', view, { ...stage, members });
    for (const member of result.members) {
      settle(account, each, { ...nothing, deviceSeconds: member.seconds });
      round.score(member);
    }
    const shares = result.members.map(({ seconds }) => ({ train: 0, evaluate: seconds }));
    for (let from = 0; from < shares.length; from += side) {
      noteSeconds(seen, 'search', stage.proxy, shares.slice(from, from + side));
    }
  } catch (error) {
    const deviceSeconds = lostSecondsEach(error, each, since, group.length);
    for (const _ of group) settle(account, each, { ...nothing, deviceSeconds });
    if (isCancellation(error)) return error;
    // What failed is paid for, and each alone costs as much once more.
    const limit = group.length === 1 ? undefined : mayPay(next, Date.now(), times(each, group.length));
    if (group.length === 1 || limit !== undefined) {
      const alone = limit === undefined ? '' : `; budget.${limit} doesn't pay for trying each alone`;
      lose(state, round, group, `${reasonOf(error)}${alone}`);
    } else {
      for (const _ of group) reserve(account, each);
      round.tryAlone(group);
    }
  }
  return undefined;
}

function lose({ failures }: SearchState, { lost }: RescoringRound, group: readonly Finished[], reason: string): void {
  for (const { name } of group) {
    note(failures, { id: `${name} on new tasks`, reason });
    lost.push(name);
  }
}
