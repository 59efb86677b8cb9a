import { condition } from '@temporalio/workflow';
import { reserve, type Limit } from '../climb/search/budget.ts';
import { isPaused } from '../climb/search/pause.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import { mayRetry, takeRetries } from '../climb/search/retrying.ts';
import type { Opening, SearchState } from '../climb/search/search-state.ts';
import { chargeCut } from '../climb/search/settlement.ts';
import type { Member } from '../activities/train-proxies.ts';
import { roomFor } from './history.ts';
import { runGroup, type Batch, type Group, type Outcomes } from './proxy-group.ts';
import type { Next, Round } from './round.ts';

/**
 * Trains and evaluates what waits of a batch, in groups and as many at once as the budget allows. A group waits until
 * all of it may start. Each member is reserved before its group is dispatched; one that no longer fits, or that a person
 * has called off, is left out.
 * @returns `historyFull` where members still wait since this run of the workflow has no room for them; none is in flight
 */
export async function runBatch(
  state: SearchState,
  batch: Batch,
  members: readonly Member[],
  round: Round,
): Promise<'done' | 'historyFull'> {
  const { account } = state;
  const running = new Set<Promise<void>>();
  let inFlight = 0;
  let begun = 0;
  let cancelled: { readonly error: unknown } | undefined;
  let full = false;

  const settle = (group: Group, ended: Outcomes): void => {
    const refused: Member[] = [];
    const paid = new Set<string>();
    let spent = group.spent ?? 0;
    let cut = false;
    for (const member of group.members) {
      const outcome = ended.get(member.id);
      if (outcome === undefined) continue;
      if (outcome.kind === 'cut') {
        cut = true;
        spent = outcome.spent;
      } else if (outcome.kind === 'refused') {
        refused.push(member);
        if (outcome.paid) paid.add(member.id);
      } else if (outcome.kind === 'cancelled') {
        cancelled = outcome;
      } else {
        round.ended.set(member.id, outcome);
        if (outcome.kind === 'failed') mayRetry(state, member.id);
      }
    }
    if (cut) round.putBack({ id: group.id, members: group.members, paid: true, spent });
    round.handBack(refused, ({ id }) => paid.has(id));
  };

  const dispatch = (next: Next, size: number): void => {
    const group = next.members.slice(0, size);
    const [first] = group as [Member];
    const id = next.id ?? (size === 1 ? first.id : `${batch.at}-g${String(++round.groups).padStart(2, '0')}`);
    const reserved = proxyCost(state, batch.part, { shape: batch.proxy, together: size });
    for (const _ of group) reserve(account, reserved);
    inFlight += size;
    begun += 1;
    const { paid, spent } = next;
    const work = runGroup(state, batch, { id, members: group, reserved, paid, spent }).then((ended) => {
      settle({ id, members: group, reserved, spent }, ended);
      inFlight -= size;
      running.delete(work);
    });
    running.add(work);
  };

  try {
    for (;;) {
      tryAgain(state, round, members);
      if (!round.waits) {
        if (running.size === 0) break;
        // A group that still runs may hand its members back, also where no other may start any more.
        await Promise.race([...running, ...retriesAsked(state)]);
        continue;
      }
      const mayStart = () => {
        const { length } = round.next(state).members;
        // One that was begun is as large as the concurrency was then.
        return !isPaused(state) && (inFlight + length <= account.budget.concurrency || inFlight === 0);
      };
      await condition(() => state.finishEarly === 'now' || mayStart());
      if (state.finishEarly === 'now') break;
      const room = roomFor(state.opening as Opening, { running: running.size, begun });
      if (room === 'later') {
        await Promise.race(running);
        continue;
      }
      full = room === 'none';
      if (full) break;
      const next = round.next(state);
      const { length } = next.members;
      const cut = next.spent > 0 ? batch.proxy.tokens : 0;
      chargeCut(state, -cut * length);
      const { size, limit } = affordableOf(batch, length);
      chargeCut(state, cut * (length - size));
      round.take(next, size);
      if (limit !== undefined) round.leaveOut(limit);
      if (size > 0) dispatch(next, size);
    }
  } finally {
    await Promise.all(running);
  }
  if (cancelled !== undefined) throw cancelled.error;
  return full && round.waits ? 'historyFull' : 'done';
}

/** Takes up what a person wants tried again. */
export function tryAgain(state: SearchState, round: Round, members: readonly Member[], ids = state.retry): void {
  if (ids === undefined) return;
  const wanted = takeRetries(state, ids);
  round.tryAgain(members.filter(({ id }) => wanted.has(id)));
}

/** Settles when a person asks for a proxy that failed; none where none did. */
function retriesAsked(state: SearchState): Promise<void>[] {
  if (state.retriable === undefined) return [];
  return [condition(() => state.retry !== undefined)];
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
