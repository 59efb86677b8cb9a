import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Phase, SearchState } from '../climb/search/search-state.ts';
import { currentDetails } from '../climb/search/search-views.ts';

const phaseKey = defineSearchAttributeKey('ClimbPhase', SearchAttributeType.KEYWORD);
const iterationKey = defineSearchAttributeKey('ClimbIteration', SearchAttributeType.INT);
const proxiesKey = defineSearchAttributeKey('ClimbProxiesTrained', SearchAttributeType.INT);
const scoreKey = defineSearchAttributeKey('ClimbBestScore', SearchAttributeType.DOUBLE);

/** Waits while the search is paused, then enters a phase and shows it to people. */
export async function enterPhase(state: SearchState, phase: Phase): Promise<void> {
  await condition(() => !state.paused || state.finishEarly === 'now');
  showPhase(state, phase);
}

/** Shows a phase at once. Attributes that the server doesn't know are left out: setting one blocks the workflow. */
export function showPhase(state: SearchState, phase: Phase): void {
  state.phase = phase;
  showDetails(state);
  const best = state.leaderboard[0]?.score;
  const pairs: SearchAttributeUpdatePair[] = [
    { key: phaseKey, value: phase },
    { key: iterationKey, value: state.iteration },
    { key: proxiesKey, value: state.counts.done },
    ...(best === undefined ? [] : [{ key: scoreKey, value: best }]),
  ];
  const known = pairs.filter(({ key }) => state.opening?.searchAttributes.includes(key.name));
  if (known.length > 0) upsertSearchAttributes(known);
}

/**
 * Shows that a person has to look, and waits until one says how to go on: by `resume`, or by `finishEarly`.
 * @param failed proxies that are then tried again, or given up: they no longer count as failed
 */
export async function needsAttention(state: SearchState, failed: number): Promise<void> {
  const { resumes, phase } = state;
  showPhase(state, 'needs-attention');
  await condition(() => state.resumes > resumes || state.finishEarly !== null);
  state.counts.failed -= failed;
  showPhase(state, phase);
}

/** The page in the Temporal UI; costs no history. */
export function showDetails(state: SearchState): void {
  setCurrentDetails(currentDetails(state));
}
