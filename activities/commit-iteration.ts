import type { Made } from '../climb/artifact.ts';
import { canonicalJson } from '../climb/content-key.ts';
import type { Chain } from '../climb/search/search-state.ts';
import type { Snapshot } from '../climb/search/snapshot.ts';
import type { Deps } from './deps.ts';
import { runIdNow } from './run-id.ts';

export type CommitIterationInput = Omit<Snapshot, 'schema' | 'kind'> & {
  /** The workflow id, under which people find the snapshot. */
  readonly search: string;
  /** The search whose clusters these are, where a branch begins: later files are assigned to them by either id. */
  readonly clustersOf?: string;
  /** Absent where an earlier version began the search. */
  readonly chain?: Chain;
};

/**
 * Publishes the snapshot of an iteration, as an artifact and by name beside the recipe, where what an earlier run under
 * the same id left is set aside. Doing it twice is harmless.
 */
export function commitIteration({ store, searches }: Pick<Deps, 'store' | 'searches'>) {
  return async ({
    search,
    clustersOf,
    chain,
    ...input
  }: CommitIterationInput): Promise<Made<{ iteration: number }>> => {
    const snapshot: Snapshot = { schema: 1, kind: 'snapshot', ...input };
    const ref = await store.putJson(snapshot);
    const { iteration, carried } = input;
    const first = carried?.branch?.iteration ?? 0;
    const mayWrite = await searches.takeOver(search, {
      run: runIdNow(),
      ...(chain && { chain }),
      continues: (earlier) => earlier >= first && earlier < iteration,
      ...(clustersOf !== undefined && { replaces: ['domain-set.json'] }),
    });
    // An attempt that froze and wakes when the search is further on; nobody hears its answer.
    if (!mayWrite) return { ref, summary: { iteration } };
    await searches.write(search, `iterations/${iteration}.json`, canonicalJson(snapshot));
    const frozen = clustersOf === undefined ? undefined : await searches.read(clustersOf, 'domain-set.json');
    if (frozen !== undefined) await searches.write(search, 'domain-set.json', frozen);
    return { ref, summary: { iteration } };
  };
}
