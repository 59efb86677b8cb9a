import { condition } from '@temporalio/workflow';
import { reserve, type Limit } from '../climb/search/budget.ts';
import { together } from '../climb/search/groups.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import type { Scored, SearchState } from '../climb/search/search-state.ts';
import type { Member } from '../activities/train-proxies.ts';
import { runGroup, type Batch, type Outcomes } from './proxy-group.ts';

export type BatchResult = {
  /** In the order of the members, whoever finished first. */
  readonly scored: Scored[];
  /** Failed for good; diverged proxies aren't among them, since training them again would change nothing. */
  readonly failed: Member[];
  /** Why members were left out, if some were. */
  readonly limit: Limit | undefined;
};

/**
 * Trains and evaluates the members of a batch, in groups and as many at once as the budget allows. A group waits until
 * all of it may start. Each member is reserved before its group is dispatched; one that no longer fits, or that a person
 * has called off, is left out. The members of a refused group come next, each as a group of its own.
 */
export async function runBatch(state: SearchState, batch: Batch, members: readonly Member[]): Promise<BatchResult> {
  const { account } = state;
  const outcomes: Outcomes = new Map();
  const running = new Set<Promise<void>>();
  let inFlight = 0;
  let groups = 0;
  let waiting = members;
  /** Members that have to be tried alone, and whether this search has paid for their training. */
  const apart = new Map<string, boolean>();
  const next = () => (apart.has((waiting[0] as Member).id) ? waiting.slice(0, 1) : alikeFirst(waiting));
  let limit: Limit | undefined;
  try {
    for (;;) {
      // A group that still runs may be refused and hand its members back, also where no other may start any more.
      while (waiting.length === 0 && running.size > 0) await Promise.race(running);
      if (waiting.length === 0) break;
      const size = () => together(state, next().length);
      const mayStart = () => !state.paused && inFlight + size() <= account.budget.concurrency;
      await condition(() => state.finishEarly === 'now' || mayStart());
      if (state.finishEarly === 'now') break;
      const affordable = affordableOf(batch, size());
      limit = affordable.limit ?? limit;
      const group = next().slice(0, affordable.size);
      waiting = affordable.limit === undefined ? waiting.slice(group.length) : [];
      const [first] = group;
      if (first === undefined) continue;
      const id = group.length === 1 ? first.id : `${batch.at}-g${String(++groups).padStart(2, '0')}`;
      const reserved = proxyCost(state, batch.part, { shape: batch.proxy, together: group.length });
      for (const _ of group) reserve(account, reserved);
      inFlight += group.length;
      const paid = apart.get(first.id) ?? false;
      const work = runGroup(state, batch, { id, members: group, reserved, paid }).then((ended) => {
        for (const [member, outcome] of ended) {
          outcomes.set(member, outcome);
          if (outcome.kind === 'refused') apart.set(member, outcome.paid);
        }
        waiting = [...group.filter(({ id }) => ended.get(id)?.kind === 'refused'), ...waiting];
        inFlight -= group.length;
        running.delete(work);
      });
      running.add(work);
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

/** The first members that can share a group: those with the same order of data. */
function alikeFirst(members: readonly Member[]): readonly Member[] {
  const apart = members.findIndex(({ dataSeed }) => dataSeed !== members[0]?.dataSeed);
  return apart < 0 ? members : members.slice(0, apart);
}

/** The largest group of up to `wanted` proxies that the budget leaves, none perhaps; and the limit that cut it. */
function affordableOf(batch: Batch, wanted: number): { size: number; limit: Limit | undefined } {
  let limit: Limit | undefined;
  for (let size = wanted; size > 0; size--) {
    const broken = batch.forbids(size);
    if (broken === undefined) return { size, limit };
    limit = broken;
  }
  return { size: 0, limit };
}
