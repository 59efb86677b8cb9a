import { condition, patched } from '@temporalio/workflow';
import { reserve, type Limit } from '../climb/search/budget.ts';
import { together } from '../climb/search/groups.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import { mayRetry, takeRetries } from '../climb/search/retrying.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import { chargeCut } from '../climb/search/settlement.ts';
import type { Member } from '../activities/train-proxies.ts';
import { HistoryFull, waitForPerson } from './history.ts';
import { InFlight } from './in-flight.ts';
import { runGroup, type Batch, type Group, type Outcomes } from './proxy-group.ts';
import type { Next, Round } from './round.ts';

/**
 * Trains and evaluates what waits of a batch, in groups and as many at once as the budget allows. A group waits until
 * all of it may start. Each member is reserved before its group is dispatched; one that no longer fits, or that a person
 * has called off, is left out.
 * @throws HistoryFull where members still wait since this run of the workflow has no room for them; none is in flight
 */
export async function runBatch(
  state: SearchState,
  batch: Batch,
  members: readonly Member[],
  round: Round,
): Promise<void> {
  const inFlight = new InFlight(state);
  let cancelled: { readonly error: unknown } | undefined;
  let full = false;

  const show = (): void => {
    const { at, part, proxy: shape } = batch;
    const { waiting } = round;
    const each = proxyCost(state, part, { shape, together: together(state, Math.max(1, waiting)) });
    state.batch = { at, waiting, each };
  };

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
    show();
  };

  const dispatch = (next: Next, size: number): void => {
    const group = next.members.slice(0, size);
    const [first] = group as [Member];
    const id = next.id ?? (size === 1 ? first.id : `${batch.at}-g${String(++round.groups).padStart(2, '0')}`);
    const reserved = proxyCost(state, batch.part, { shape: batch.proxy, together: size });
    for (const _ of group) reserve(state.account, reserved);
    const { paid, spent } = next;
    inFlight.add(size, runGroup(state, batch, { id, members: group, reserved, paid, spent }), (ended) =>
      settle({ id, members: group, reserved, spent }, ended),
    );
  };

  try {
    for (;;) {
      tryAgain(state, round, members);
      show();
      if (!round.waits) {
        if (inFlight.groups === 0) break;
        // A group that still runs may hand its members back, also where no other may start any more.
        await inFlight.next(retriesAsked(state));
        continue;
      }
      // One that was begun is as large as the concurrency was then.
      const ready = () => state.finishEarly === 'now' || inFlight.mayStart(round.next(state).members.length);
      await condition(() => ready() || inFlight.isHeld);
      if (!ready()) await waitForPerson(state, ready);
      if (state.finishEarly === 'now') break;
      const room = inFlight.room();
      if (room === 'later') {
        await inFlight.next();
        continue;
      }
      full = room === 'none';
      if (full) break;
      let next = round.next(state);
      const { length } = next.members;
      const cut = next.spent > 0 ? batch.proxy.tokens : 0;
      chargeCut(state, -cut * length);
      let { size, limit } = affordableOf(batch, length);
      if (cut > 0 && size < length && patched('part-of-a-cut-group')) {
        // A checkpoint is the whole group's: a part of it begins anew, and what was charged for the whole stays charged.
        chargeCut(state, cut * length);
        ({ size, limit } = affordableOf(batch, length));
        next = { ...next, spent: 0 };
      } else {
        chargeCut(state, cut * (length - size));
      }
      round.take(next, size);
      if (limit !== undefined) round.leaveOut(limit);
      if (size > 0) dispatch(next, size);
      show();
    }
  } finally {
    await inFlight.drained();
  }
  if (cancelled !== undefined) throw cancelled.error;
  if (full && round.waits) throw new HistoryFull();
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
