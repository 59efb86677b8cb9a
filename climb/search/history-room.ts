/** The server warns at 10,240. Messages that come while a batch drains, and continuing itself, need the difference. */
const most = 10_000;

/** Events of a group at most: two activities, and a workflow task for the schedule and for the end of each. */
export const perGroup = 12;

/** A history as it stands. */
export type History = {
  readonly events: number;
  /** Events after which the search continues in a new one. */
  readonly maxHistory: number;
  /** Groups in flight. */
  readonly running: number;
  /** Groups that were dispatched in this history: each gets at least one of them done. */
  readonly begun: number;
};

/**
 * Whether a history has room for one more group. Those in flight add to it until they end: the longer it is, the fewer
 * may run at once.
 * @returns `later`: when some of those in flight have ended; `none`: in the next history
 */
export function roomIn({ events, maxHistory, running, begun }: History): 'now' | 'later' | 'none' {
  if ((begun > 0 && events > maxHistory) || events + perGroup > most) return 'none';
  return events + perGroup * (running + 1) > most ? 'later' : 'now';
}
