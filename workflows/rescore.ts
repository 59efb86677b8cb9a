import { condition, isCancellation } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { nothing, reserve, settle, times } from '../climb/search/budget.ts';
import { together } from '../climb/search/groups.ts';
import { isPaused } from '../climb/search/pause.ts';
import { noteSeconds, scoringCost } from '../climb/search/proxy-cost.ts';
import { note, type Longest, type Prepared, type Scored, type SearchState } from '../climb/search/search-state.ts';
import { mayPay } from '../climb/search/steering.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { choicesNeeded, taskLabel } from '../climb/verification/objective.ts';
import { lostSecondsEach } from './device-seconds.ts';
import { reasonOf } from './proxy-group.ts';
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

type Proxy = { readonly id: string; readonly name: string; readonly weights: Ref };

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
 */
export async function rescore(
  state: SearchState,
  next: SearchState,
  { tokens }: Prepared,
  proxies: readonly Proxy[],
  at: string,
): Promise<Rescored> {
  if (proxies.length === 0) return { scored: [], lost: [] };
  const { account } = state;
  const side = together(state, proxies.length);
  const size = Math.max(side, Math.ceil(proxies.length / mostGroups));
  const each = scoringCost(next, 'search', side);
  const limit = mayPay(next, Date.now(), times(each, proxies.length));
  if (limit !== undefined) {
    throw new Refused(
      `budget.${limit} doesn't pay for scoring ${proxies.length} proxies on the new tasks and for all that comes after; raise it and send setTasks again`,
    );
  }
  const queue: Proxy[][] = [];
  for (let from = 0; from < proxies.length; from += size) queue.push(proxies.slice(from, from + size));
  for (const _ of proxies) reserve(account, each);
  const seen: SearchState = {
    ...next,
    longest: { ...next.longest, evaluate: { ...next.longest.evaluate, search: 0 } },
  };
  const scored = new Map<string, Ref>();
  const lost: string[] = [];
  const running = new Set<Promise<void>>();
  let inFlight = 0;
  let groups = 0;
  let cancelled: Error | undefined;

  const run = async (group: readonly Proxy[], name: string): Promise<void> => {
    const since = Date.now();
    try {
      const view = { activityId: name, summary: `new tasks · score ${group.length} of ${proxies.length} proxies` };
      const { members } = await runStage(next.opening, 'evaluateProxies', view, {
        members: group.map(({ id, weights }) => ({ id, weights })),
        tasks: next.spec.tasks.map((task, i) => ({ name: taskLabel(task), items: next.opening?.tasks[i] as Ref })),
        tokens,
        choices: choicesNeeded(next.spec.tasks),
        proxy: proxyShape(next.spec.proxy),
        trainer: next.spec.proxy.trainer,
      });
      for (const { id, score, seconds } of members) {
        settle(account, each, { ...nothing, deviceSeconds: seconds });
        scored.set(id, score);
      }
      const shares = members.map((member) => ({ train: 0, evaluate: member.seconds }));
      for (let from = 0; from < shares.length; from += side) {
        noteSeconds(seen, 'search', proxyShape(next.spec.proxy), shares.slice(from, from + side));
      }
    } catch (error) {
      const deviceSeconds = lostSecondsEach(error, each, since, group.length);
      for (const _ of group) settle(account, each, { ...nothing, deviceSeconds });
      if (isCancellation(error)) cancelled = error as Error;
      else if (group.length === 1) lose(state, lost, (group[0] as Proxy).name, error);
      else {
        for (const _ of group) reserve(account, each);
        queue.push(...group.map((proxy) => [proxy]));
      }
    }
  };

  try {
    while (queue.length > 0 || running.size > 0) {
      if (queue.length === 0 || cancelled !== undefined) {
        if (running.size === 0) break;
        await Promise.race(running);
        continue;
      }
      const beside = (group: readonly Proxy[] = []) => Math.min(group.length, side);
      const room = () => inFlight === 0 || inFlight + beside(queue[0]) <= account.budget.concurrency;
      await condition(() => state.finishEarly === 'now' || (!isPaused(state) && room()));
      if (state.finishEarly === 'now') throw new Refused('the search was finished early before it was carried out');
      const group = queue.shift() as Proxy[];
      inFlight += beside(group);
      const work = run(group, `${at}-g${String(++groups).padStart(2, '0')}`).then(() => {
        inFlight -= beside(group);
        running.delete(work);
      });
      running.add(work);
    }
  } finally {
    await Promise.all(running);
    for (const _ of queue.flat()) settle(account, each, nothing);
  }
  if (cancelled !== undefined) throw cancelled;
  if (scored.size < Math.max(acceptedShare * proxies.length, Math.min(leastRuns, proxies.length))) {
    throw new Refused(`only ${scored.size} of ${proxies.length} finished proxies could be scored on the new tasks`);
  }
  const longest = seen.longest.evaluate.search > 0 ? { longest: seen.longest } : {};
  return { scored: proxies.flatMap(({ id }) => ({ id, score: scored.get(id) })).filter(hasScore), lost, ...longest };
}

const hasScore = (entry: { id: string; score: Ref | undefined }): entry is Scored => entry.score !== undefined;

function lose({ failures }: SearchState, lost: string[], name: string, error: unknown): void {
  note(failures, { id: `${name} on new tasks`, reason: reasonOf(error) });
  lost.push(name);
}
