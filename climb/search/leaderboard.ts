import { objective } from '../verification/objective.ts';
import type { SearchState, Standing } from './search-state.ts';

const length = 10;

/** Takes over how tasks count now, and ranks what is on the leaderboard anew. */
export function reweigh(state: SearchState, taskWeights: readonly number[]): void {
  state.taskWeights = taskWeights;
  const standings = state.leaderboard.map((standing) => ({
    ...standing,
    score: objective(standing.losses, taskWeights),
  }));
  state.leaderboard = [];
  for (const standing of standings) enterLeaderboard(state, standing);
}

/** The leaderboard of runs that all were measured alike. */
export function standingsOf(
  runs: readonly { readonly id: string; readonly losses: readonly number[] }[],
  taskWeights: readonly number[],
): Standing[] {
  return ranked(runs.map(({ id, losses }) => ({ id, score: objective(losses, taskWeights), losses })));
}

/** Enters a scored proxy; equal scores stand in order of their ids, whoever finished first. */
export function enterLeaderboard(state: SearchState, standing: Standing): void {
  state.leaderboard = ranked([...state.leaderboard, standing]);
}

const ranked = (standings: readonly Standing[]) =>
  [...standings].sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1)).slice(0, length);
