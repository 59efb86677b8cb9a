import { patched } from '@temporalio/workflow';
import { endRetries } from '../climb/search/retrying.ts';
import type { Limit } from '../climb/search/budget.ts';
import type { Scored, SearchState } from '../climb/search/search-state.ts';
import type { Member } from '../activities/train-proxies.ts';
import { HistoryFull } from './history.ts';
import { needsAttention } from './phase.ts';
import { runBatch, tryAgain } from './proxies.ts';
import type { Batch } from './proxy-group.ts';
import { Round } from './round.ts';

export type Scores = {
  /** In the order of the members, whoever finished first. */
  readonly scored: Scored[];
  /** Why members were left out, if some were. */
  readonly limit: Limit | undefined;
};

/**
 * Scores the members of a batch, or those that the run before left of it. Where fewer than `acceptedShare` of those that
 * didn't diverge have a score, the search waits for a person, who may have failed ones tried again.
 * @throws HistoryFull where the next run has to go on with it
 */
export async function scoreMembers(
  state: SearchState,
  batch: Batch,
  members: readonly Member[],
  acceptedShare: number,
): Promise<Scores> {
  const round = Round.of(members, state.underWay?.at === batch.at ? state.underWay : undefined);
  try {
    const scores = await scoreRound(state, batch, members, acceptedShare, round);
    delete state.underWay;
    return scores;
  } catch (error) {
    if (error instanceof HistoryFull) {
      const mixtures = members.map(({ mixture }) => mixture);
      state.underWay = round.left(batch, [...new Set(mixtures)]);
    }
    throw error;
  }
}

async function scoreRound(
  state: SearchState,
  batch: Batch,
  members: readonly Member[],
  acceptedShare: number,
  round: Round,
): Promise<Scores> {
  for (;;) {
    await runBatch(state, batch, members, round);
    const scored = members.flatMap(({ id }) => {
      const end = round.ended.get(id);
      return end?.kind === 'scored' ? [{ id, score: end.score }] : [];
    });
    const failed = members.filter(({ id }) => round.ended.get(id)?.kind === 'failed');
    const enough = scored.length >= acceptedShare * (scored.length + failed.length);
    if (enough || round.limit !== undefined || state.finishEarly !== null) {
      endRetries(state);
      return { scored, limit: round.limit };
    }
    const wanted = await needsAttention(state);
    // A search that earlier versions end here trained what failed once more, or forgot that it had.
    if (state.finishEarly !== null && patched('finish-from-attention')) continue;
    round.groups = 0;
    tryAgain(state, round, members, wanted ?? failed.map(({ id }) => id));
  }
}
