import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { isPaused } from '../climb/search/pause.ts';
import type { Phase, SearchState } from '../climb/search/search-state.ts';
import { currentDetails } from '../climb/search/search-views.ts';
import { waitForPerson } from './history.ts';

const phaseKey = defineSearchAttributeKey('ClimbPhase', SearchAttributeType.KEYWORD);
const iterationKey = defineSearchAttributeKey('ClimbIteration', SearchAttributeType.INT);
const proxiesKey = defineSearchAttributeKey('ClimbProxiesTrained', SearchAttributeType.INT);
const branchKey = defineSearchAttributeKey('ClimbBranchOf', SearchAttributeType.KEYWORD);
const scoreKey = defineSearchAttributeKey('ClimbBestScore', SearchAttributeType.DOUBLE);

/** SQL servers keep so much of a keyword, and Temporal allows longer workflow ids. */
const longestKeyword = 255;

/**
 * Waits while the search is paused, then enters a phase and shows it to people.
 * @throws HistoryFull where the next run has to wait on
 */
export async function enterPhase(state: SearchState, phase: Phase): Promise<void> {
  const mayGoOn = () => !isPaused(state) || state.finishEarly === 'now';
  if (!mayGoOn()) await waitForPerson(state, mayGoOn);
  showPhase(state, phase);
}

/** Shows a phase at once. Attributes that the server doesn't know are left out: setting one blocks the workflow. */
export function showPhase(state: SearchState, phase: Phase): void {
  state.phase = phase;
  showDetails(state);
  const best = state.leaderboard[0]?.score;
  const parent = state.branch?.search;
  const pairs: SearchAttributeUpdatePair[] = [
    { key: phaseKey, value: phase },
    { key: iterationKey, value: state.iteration },
    { key: proxiesKey, value: state.counts.done },
    ...(parent === undefined || parent.length > longestKeyword ? [] : [{ key: branchKey, value: parent }]),
    ...(best === undefined ? [] : [{ key: scoreKey, value: best }]),
  ];
  const known = pairs.filter(({ key }) => state.opening?.searchAttributes.includes(key.name));
  if (known.length > 0) upsertSearchAttributes(known);
}

/**
 * Shows that a person has to look, and waits until one says how to go on: by `resume`, `retryFailed` or `finishEarly`.
 * @returns proxies that are to be tried again; undefined: all that failed
 * @throws HistoryFull where the next run has to wait on
 */
export async function needsAttention(state: SearchState): Promise<readonly string[] | undefined> {
  const { phase } = state;
  const resumes = (state.attention ??= state.resumes);
  const asked = () => state.resumes > resumes || state.finishEarly !== null;
  showPhase(state, 'needs-attention');
  try {
    await waitForPerson(state, () => asked() || state.retry !== undefined);
  } finally {
    state.phase = phase;
  }
  delete state.attention;
  showPhase(state, phase);
  return asked() ? undefined : state.retry;
}

/** The page in the Temporal UI; costs no history. */
export function showDetails(state: SearchState): void {
  setCurrentDetails(currentDetails(state, Date.now()));
}
