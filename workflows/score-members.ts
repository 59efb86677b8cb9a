import type { Scored, SearchState } from '../climb/search/search-state.ts';
import type { Member } from '../activities/train-proxies.ts';
import { needsAttention } from './phase.ts';
import { runBatch, type BatchResult } from './proxies.ts';
import type { Batch } from './proxy-group.ts';

/**
 * Scores the members of a batch. Where fewer than `acceptedShare` of those that didn't diverge have a score, the search
 * waits for a person: `resume` tries the failed ones again.
 */
export async function scoreMembers(
  state: SearchState,
  batch: Batch,
  members: readonly Member[],
  acceptedShare: number,
): Promise<Pick<BatchResult, 'scored' | 'limit'>> {
  const scores = new Map<string, Scored>();
  let pending = members;
  for (;;) {
    const { scored, failed, limit } = await runBatch(state, batch, pending);
    for (const entry of scored) scores.set(entry.id, entry);
    const enough = scores.size >= acceptedShare * (scores.size + failed.length);
    if (enough || limit !== undefined || state.finishEarly !== null) {
      return { scored: members.flatMap(({ id }) => scores.get(id) ?? []), limit };
    }
    await needsAttention(state, failed.length);
    pending = failed;
  }
}
