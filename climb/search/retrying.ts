import type { SearchState } from './search-state.ts';

/** Proxies that failed for good in the batch under way, and which of them a person wants tried again. */

export function mayRetry(state: SearchState, id: string): void {
  state.retriable = [...(state.retriable ?? []), id];
}

/** Takes out what is to be tried again; none of it counts as failed any more. */
export function takeRetries(state: SearchState, ids: readonly string[] = state.retry ?? []): ReadonlySet<string> {
  const { retriable = [], retry = [] } = state;
  const taken = new Set(retriable.filter((id) => ids.includes(id)));
  state.counts.failed -= taken.size;
  // Whoever waited for a person has an answer.
  if (taken.size > 0) delete state.attention;
  keep(state, 'retriable', retriable, taken);
  keep(state, 'retry', retry, taken);
  return taken;
}

function keep(state: SearchState, field: 'retriable' | 'retry', ids: readonly string[], without: ReadonlySet<string>) {
  const rest = ids.filter((id) => !without.has(id));
  if (rest.length === 0) delete state[field];
  else state[field] = rest;
}

/** Where a batch ends: what failed in it stays so. */
export function endRetries(state: SearchState): void {
  delete state.retriable;
  delete state.retry;
  delete state.attention;
}
