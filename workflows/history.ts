import { patched, workflowInfo } from '@temporalio/workflow';
import { roomIn, type History } from '../climb/search/history-room.ts';
import type { Opening } from '../climb/search/search-state.ts';

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
