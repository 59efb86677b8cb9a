import { patched, workflowInfo } from '@temporalio/workflow';
import type { Opening } from '../climb/search/search-state.ts';

/** Thrown where the history is long and nothing is in flight: the state goes on in a new run. */
export class HistoryFull extends Error {
  override name = 'HistoryFull';
}

/** The server warns at 10,240. Messages that come while a batch drains, and continuing itself, need the difference. */
const most = 10_000;
/** Of a group at most: two activities, and a workflow task for the schedule and for the end of each. */
const perGroup = 12;

/** Between two batches, where nothing has to be drained, a search continues as soon as the server suggests it. */
export function isLong({ maxHistory }: Pick<Opening, 'maxHistory'>): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > maxHistory;
}

/**
 * Whether the history has room for one more group. Those in flight add to it until they end: the longer it is, the fewer
 * may run at once.
 * @param begun groups that this run of the workflow has dispatched: each run gets at least one of them done
 * @returns `later`: when some of those in flight have ended; `none`: in the next run
 */
export function roomFor(
  { maxHistory }: Pick<Opening, 'maxHistory'>,
  { running, begun }: { readonly running: number; readonly begun: number },
): 'now' | 'later' | 'none' {
  const { historyLength } = workflowInfo();
  const full = (begun > 0 && historyLength > maxHistory) || historyLength + perGroup > most;
  const tight = historyLength + perGroup * (running + 1) > most;
  // A search that an earlier version began continues at the ends of its iterations alone.
  if (!(full || tight) || !patched('continue-in-batch')) return 'now';
  return full ? 'none' : 'later';
}
