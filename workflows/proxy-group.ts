import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { poolsOf, type Pools } from '../climb/mixture/pools.ts';
import type { Cost, Limit } from '../climb/search/budget.ts';
import { note, type Part, type SearchState } from '../climb/search/search-state.ts';
import { settleCut, settleDiverged, settleLost, settleRefused, settleScored } from '../climb/search/settlement.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import type { EvaluateProxiesInput } from '../activities/evaluate-proxies.ts';
import type { Member, TrainedMember } from '../activities/train-proxies.ts';
import { Cut, untilPaused } from './checkpoint-pause.ts';
import { deviceSecondsIn, lostSecondsEach } from './device-seconds.ts';
import { showDetails } from './phase.ts';
import { runStage } from './stages.ts';

/** What the proxies of a batch have in common. */
export type Batch = {
  /** Where in the search it is; its groups are called `i2-g01`. */
  readonly at: string;
  readonly tokens: Ref;
  readonly mixtures: Ref;
  readonly proxy: ProxyShape;
  /** Weights that every proxy starts from, instead of from its seed. */
  readonly init?: Ref;
  readonly tasks: EvaluateProxiesInput['tasks'];
  readonly choices: EvaluateProxiesInput['choices'];
  /** What the timeline shows of members that train side by side: `iteration 2 of 5 · proxies 1–8/32`. */
  readonly summary: (members: readonly Member[]) => string;
  /** The limit that forbids so many more proxies in one group, if any. */
  readonly forbids: (proxies: number) => Limit | undefined;
  /** Proxies of the search enter the leaderboard, unless they are those of a baseline's own search. */
  readonly part: Part;
  readonly aside?: boolean;
  /** What training reads of each cluster; by default what proxies of this shape do. */
  readonly pools?: Pools;
};

/** Members that one trainer trains side by side, and what each of them is reserved at. */
export type Group = {
  readonly id: string;
  readonly members: readonly Member[];
  readonly reserved: Cost;
  /** This search has paid for their training before: what the ledger knows of them isn't another's. */
  readonly paid?: boolean;
  /** Device seconds of each that were charged before a pause cut their training. */
  readonly spent?: number;
};

/**
 * `refused`: with others, perhaps for the fault of one of them; it has to be tried alone. `paid`: this search has paid
 * for its training. `cut`: a pause ended its training at a checkpoint; `spent`: what was charged for it so far.
 */
export type Outcome =
  | { kind: 'scored'; score: Ref }
  | { kind: 'diverged' | 'failed' }
  | { kind: 'cut'; spent: number }
  | { kind: 'refused'; paid: boolean }
  | { kind: 'cancelled'; error: unknown };

/** How each member ended, by its id. */
export type Outcomes = Map<string, Outcome>;

/**
 * Trains a group, scores those that didn't diverge, and settles the bill of each. Never rejects: what went wrong with
 * one group must not lose the others.
 */
export async function runGroup(state: SearchState, batch: Batch, group: Group): Promise<Outcomes> {
  const since = Date.now();
  if (state.milestones.length === 0) note(state.milestones, since);
  let trained: readonly TrainedMember[];
  try {
    trained = await untilPaused(state, () => train(state, batch, group));
  } catch (error) {
    if (error instanceof Cut) return putBack(state, group, error);
    if (group.members.length > 1 && isRefusal(error)) return handBack(state, group, group.members, since);
    return fail(state, group, group.members, since, error);
  }
  const outcomes: Outcomes = new Map();
  for (const proxy of trained.filter(({ weights }) => weights === null)) {
    settleDiverged(state, group.reserved, proxy);
    outcomes.set(proxy.id, { kind: 'diverged' });
  }
  const whole = trained.filter(({ weights }) => weights !== null);
  if (whole.length === 0) return outcomes;
  let scored: Awaited<ReturnType<typeof evaluate>>;
  try {
    scored = await evaluate(state, batch, group, whole);
  } catch (error) {
    const refused = group.members.length > 1 && isRefusal(error);
    const ended = refused ? handBack(state, group, whole, since) : fail(state, group, whole, since, error);
    return new Map([...outcomes, ...ended]);
  }
  settleScored(state, batch, group.reserved, scored, Date.now());
  showDetails(state);
  for (const { id, score } of scored) outcomes.set(id, { kind: 'scored', score });
  return outcomes;
}

/**
 * One member's spec, data or weights can make a trainer refuse them all: alone, only that one fails, and weights that
 * broke are trained anew.
 */
function handBack(
  state: SearchState,
  { members, reserved }: Group,
  refused: readonly { readonly id: string; readonly fromLedger?: boolean }[],
  since: number,
): Outcomes {
  for (const _ of refused) settleRefused(state, reserved, secondsEach(since, members));
  return new Map(refused.map(({ id, fromLedger }) => [id, { kind: 'refused', paid: fromLedger === false }]));
}

function putBack(state: SearchState, { members, reserved, spent }: Group, { deviceSeconds }: Cut): Outcomes {
  const each = deviceSeconds / members.length;
  return new Map(members.map(({ id }) => [id, { kind: 'cut', spent: settleCut(state, reserved, each, spent) }]));
}

/** Failures that come before any work, and come again: see adapters/trainer.ts. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && (cause.type === 'badSpec' || cause.type === 'badData');
}

async function train({ spec, opening }: SearchState, batch: Batch, { id, members, paid = false, spent = 0 }: Group) {
  const { tokens, mixtures, proxy, init, pools = poolsOf(spec, proxy) } = batch;
  const { poolShare, maxEpochs } = pools;
  const view = { activityId: id, summary: batch.summary(members) };
  const result = await runStage(opening, 'trainProxies', view, {
    tokens,
    mixtures,
    members,
    proxy,
    ...(init !== undefined && { init }),
    trainer: spec.proxy.trainer,
    ...(poolShare < 1 && { poolShare }),
    maxEpochs,
    checkpointSeconds: spec.proxy.checkpointSeconds,
    ...(spent > 0 && { spent }),
  });
  return members.map((member) => {
    const trained = resultOf(member, result.members);
    return { ...trained, fromLedger: trained.fromLedger && !paid };
  });
}

async function evaluate({ spec, opening }: SearchState, batch: Batch, group: Group, whole: readonly TrainedMember[]) {
  const { tasks, choices, tokens, proxy } = batch;
  const view = { activityId: `${group.id}-evaluate`, summary: `${batch.summary(group.members)} · evaluate` };
  const result = await runStage(opening, 'evaluateProxies', view, {
    members: whole.map(({ id, weights }) => ({ id, weights: weights as Ref })),
    tasks,
    tokens,
    choices,
    proxy,
    trainer: spec.proxy.trainer,
  });
  return whole.map((proxy) => {
    const { seconds, ...scored } = resultOf(proxy, result.members);
    return { ...proxy, ...scored, seconds: { train: proxy.seconds, evaluate: seconds } };
  });
}

/** Members that were given up or called off. */
function fail(
  state: SearchState,
  { members, reserved }: Group,
  lost: readonly { readonly id: string; readonly seconds?: number }[],
  since: number,
  error: unknown,
): Outcomes {
  const each = lostSecondsEach(error, reserved, since, members.length);
  const told = deviceSecondsIn(error) !== undefined;
  for (const { id, seconds: trained = 0 } of lost) {
    // The time that passed holds training and scoring; what a trainer says is of the last of them alone.
    const seconds = told ? trained + each : each;
    settleLost(state, reserved, seconds, isCancellation(error) ? null : { id, reason: reasonOf(error) });
  }
  return new Map(lost.map(({ id }) => [id, isCancellation(error) ? { kind: 'cancelled', error } : { kind: 'failed' }]));
}

const secondsEach = (since: number, members: readonly Member[]) => (Date.now() - since) / 1000 / members.length;

function resultOf<Result extends { readonly id: string }>({ id }: { readonly id: string }, results: readonly Result[]) {
  const result = results.find((one) => one.id === id);
  if (result === undefined) throw new Error(`no result of ${id}`);
  return result;
}

/** What a failed activity says of itself, short enough for the state. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}
