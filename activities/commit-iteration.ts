import type { Made, Ref } from '../climb/artifact.ts';
import { canonicalJson } from '../climb/content-key.ts';
import type { Snapshot } from '../climb/search/snapshot.ts';
import type { Deps } from './deps.ts';
import { runIdNow } from './run-id.ts';

export type CommitIterationInput = Omit<Snapshot, 'schema' | 'kind'> & {
  /** The workflow id, under which people find the snapshot. */
  readonly search: string;
  /** The search whose clusters these are, where a branch begins: later files are assigned to them by either id. */
  readonly clustersOf?: string;
  /** Runs of the workflow that this one continues; absent where an earlier version asks. */
  readonly runsBefore?: readonly string[];
};

/**
 * Publishes the snapshot of an iteration, as an artifact and by name beside the recipe, where what an earlier run under
 * the same id left is set aside. Doing it twice is harmless.
 */
export function commitIteration({ store, searches }: Pick<Deps, 'store' | 'searches'>) {
  return async ({
    search,
    clustersOf,
    runsBefore,
    ...input
  }: CommitIterationInput): Promise<Made<{ iteration: number }>> => {
    const snapshot: Snapshot = { schema: 1, kind: 'snapshot', ...input };
    const ref = await store.putJson(snapshot);
    const { iteration, carried } = input;
    const first = carried?.branch?.iteration ?? 0;
    const mayWrite = await searches.takeOver(search, {
      run: runIdNow(),
      ...(runsBefore && { runsBefore }),
      continues: (earlier) => earlier >= first && earlier < iteration,
      ...(clustersOf !== undefined && { replaces: ['domain-set.json'] }),
    });
    // An attempt that froze and wakes when the search is further on; nobody hears its answer.
    if (!mayWrite) return { ref, summary: { iteration } };
    await searches.write(search, `iterations/${iteration}.json`, canonicalJson(snapshot));
    const frozen = clustersOf === undefined ? undefined : await frozenIn(clustersOf, input.domainSet);
    if (frozen !== undefined) await searches.write(search, 'domain-set.json', frozen);
    return { ref, summary: { iteration } };
  };

  /** A run that began since then under the same id may have put its own clusters there. */
  async function frozenIn(search: string, { sha256 }: Ref): Promise<string | undefined> {
    const earlier = (await searches.earlierRuns(search)).map((run) => `earlier/${run}/domain-set.json`);
    for (const file of ['domain-set.json', ...earlier]) {
      const text = await searches.read(search, file);
      if (text?.includes(sha256)) return text;
    }
    return undefined;
  }
}
