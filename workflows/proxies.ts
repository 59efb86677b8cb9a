import { condition, isCancellation, ActivityFailure } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { reserve, settle, type Limit } from '../climb/search/budget.ts';
import { lossOf, objective, taskShares } from '../climb/verification/objective.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import { enterLeaderboard, note, type Part, type Scored, type SearchState } from '../climb/search/search-state.ts';
import type { EvaluateProxiesInput } from '../activities/evaluate-proxies.ts';
import type { Member } from '../activities/train-proxies.ts';
import { targetTokens } from '../climb/mixture/mixture-space.ts';
import { showDetails } from './phase.ts';
import { runStage } from './stages.ts';

/** What the proxies of a batch have in common. */
export type Batch = {
  readonly tokens: Ref;
  readonly mixtures: Ref;
  readonly tasks: EvaluateProxiesInput['tasks'];
  readonly choices: EvaluateProxiesInput['choices'];
  /** What the timeline shows: `iteration 2 · proxy 3/4`. */
  readonly summary: (member: Member) => string;
  /** The limit that forbids one more proxy, if any. */
  readonly forbids: () => Limit | undefined;
  /** Proxies of the search enter the leaderboard. */
  readonly part: Part;
};

export type BatchResult = {
  /** In the order of the members, whoever finished first. */
  readonly scored: Scored[];
  /** Failed for good; diverged proxies aren't among them, since training them again would change nothing. */
  readonly failed: Member[];
  /** Why members were left out, if some were. */
  readonly limit: Limit | undefined;
};

type Outcome = { kind: 'scored'; score: Ref } | { kind: 'diverged' | 'failed' } | { kind: 'cancelled'; error: unknown };

/**
 * Trains and evaluates the members of a batch, as many at once as the budget allows. Each is reserved before it is
 * dispatched; one that no longer fits, or that a person has called off, is left out.
 */
export async function runBatch(state: SearchState, batch: Batch, members: readonly Member[]): Promise<BatchResult> {
  const outcomes = new Map<string, Outcome>();
  const running = new Set<Promise<void>>();
  let limit: Limit | undefined;
  try {
    for (const member of members) {
      const mayStart = () => !state.paused && running.size < state.account.budget.concurrency;
      await condition(() => state.finishEarly === 'now' || mayStart());
      if (state.finishEarly === 'now') break;
      limit = batch.forbids();
      if (limit !== undefined) break;
      const proxy = runProxy(state, batch, member).then((outcome) => {
        outcomes.set(member.id, outcome);
        running.delete(proxy);
      });
      running.add(proxy);
    }
  } finally {
    await Promise.all(running);
  }
  for (const outcome of outcomes.values()) if (outcome.kind === 'cancelled') throw outcome.error;
  return {
    scored: members.flatMap(({ id }) => {
      const outcome = outcomes.get(id);
      return outcome?.kind === 'scored' ? [{ id, score: outcome.score }] : [];
    }),
    failed: members.filter(({ id }) => outcomes.get(id)?.kind === 'failed'),
    limit,
  };
}

/** Never rejects: what went wrong with one proxy must not lose the others. */
async function runProxy(state: SearchState, batch: Batch, member: Member): Promise<Outcome> {
  const { opening, counts, account } = state;
  const reserved = proxyCost(state, batch.part);
  const since = Date.now();
  reserve(account, reserved);
  if (state.milestones.length === 0) note(state.milestones, since);
  try {
    const trained = await train(state, batch, member);
    if (trained.weights === null) {
      settle(account, reserved, { ...reserved, deviceSeconds: trained.seconds });
      counts.diverged += 1;
      if (trained.fromLedger) counts.fromLedger += 1;
      return { kind: 'diverged' };
    }
    const { tasks, choices, tokens, part } = batch;
    const { proxy } = state.spec;
    const view = { activityId: `${member.id}-evaluate`, summary: `${batch.summary(member)} · evaluate` };
    const { members } = await runStage(opening, 'evaluateProxies', view, {
      members: [{ id: member.id, weights: trained.weights }],
      tasks,
      tokens,
      choices,
      proxy: proxyShape(proxy),
      trainer: proxy.trainer,
    });
    const [evaluated] = members;
    if (evaluated === undefined) throw new Error(`no score of ${member.id}`);
    settle(account, reserved, { ...reserved, deviceSeconds: trained.seconds + evaluated.seconds });
    counts.done += 1;
    if (trained.fromLedger) counts.fromLedger += 1;
    else note(state.milestones, Date.now());
    const { longest } = state;
    longest.train = Math.max(longest.train, trained.seconds);
    longest.evaluate[part] = Math.max(longest.evaluate[part], evaluated.seconds);
    if (part === 'search') {
      const losses = state.spec.tasks.map(({ metric }, at) =>
        lossOf(evaluated.tasks[at] as (typeof evaluated.tasks)[number], metric),
      );
      enterLeaderboard(state, { id: member.id, score: objective(losses, taskShares(state.spec.tasks)), losses });
    }
    showDetails(state);
    return { kind: 'scored', score: evaluated.score };
  } catch (error) {
    // It may have been trained in part: its tokens and its time are gone, its place among the proxies is free again.
    const deviceSeconds = Math.min(reserved.deviceSeconds, (Date.now() - since) / 1000);
    settle(account, reserved, { ...reserved, proxies: 0, deviceSeconds });
    if (isCancellation(error)) return { kind: 'cancelled', error };
    counts.failed += 1;
    note(state.failures, { id: member.id, reason: reasonOf(error) });
    return { kind: 'failed' };
  }
}

async function train({ spec, opening }: SearchState, { tokens, mixtures, summary }: Batch, member: Member) {
  const proxy = proxyShape(spec.proxy);
  const { members } = await runStage(
    opening,
    'trainProxies',
    { activityId: member.id, summary: summary(member) },
    {
      tokens,
      mixtures,
      members: [member],
      proxy,
      trainer: spec.proxy.trainer,
      maxEpochs: spec.constraints.maxEpochs * Math.max(1, proxy.tokens / targetTokens(spec)),
      checkpointSeconds: spec.proxy.checkpointSeconds,
    },
  );
  const [trained] = members;
  if (trained === undefined) throw new Error(`no result of ${member.id}`);
  return trained;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}
