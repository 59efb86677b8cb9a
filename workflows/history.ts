import { condition, patched, workflowInfo } from '@temporalio/workflow';
import { roomIn, type History } from '../climb/search/history-room.ts';
import type { Opening, SearchState } from '../climb/search/search-state.ts';

/** Thrown where the history is long and nothing is in flight: the state goes on in a new run. */
export class HistoryFull extends Error {
  override name = 'HistoryFull';
}

/** Between two batches, where nothing has to be drained, a search continues as soon as the server suggests it. */
export function isLong({ maxHistory }: Pick<Opening, 'maxHistory'>): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > maxHistory;
}

/** As `roomIn`. A search that an earlier version began continues at the ends of its iterations alone. */
export function roomFor(
  { maxHistory }: Pick<Opening, 'maxHistory'>,
  dispatched: Pick<History, 'running' | 'begun'>,
): ReturnType<typeof roomIn> {
  const room = roomIn({ events: workflowInfo().historyLength, maxHistory, ...dispatched });
  return room === 'now' || !patched('continue-in-batch') ? 'now' : room;
}

/**
 * Waits for a person, with nothing in flight. A run of a workflow takes a number of messages and no more, among them the
 * one that is waited for: the next run waits on where they have made the history long.
 * @param milliseconds how long to wait at most; absent: for ever
 * @throws HistoryFull where that is so. What comes before the iterations waits on in this run
 */
export async function waitForPerson(
  { opening, prepared }: SearchState,
  ready: () => boolean,
  milliseconds?: number,
): Promise<void> {
  const continues = opening !== null && prepared !== null && patched('continue-waiting');
  const { historyLength: before } = workflowInfo();
  // A run in which no message came would be followed by runs like it. A refused update wakes this too, and leaves nothing
  // in the history: a replay looks here again by the marker of `continue-at-once`, which comes first where a run ends.
  const full = () => continues && workflowInfo().historyLength > before && isLong(opening);
  const look = () => ready() || full();
  await (milliseconds === undefined ? condition(look) : condition(look, milliseconds));
  if (!ready() && full()) throw new HistoryFull();
}
