import type { Made, Ref } from '../climb/artifact.ts';
import { canonicalJson } from '../climb/content-key.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { Deps } from './deps.ts';

/** Artifact: a search as it stood after an iteration, enough to go on from there elsewhere. */
export type Snapshot = {
  readonly schema: 1;
  readonly kind: 'snapshot';
  readonly spec: SearchSpec;
  readonly iteration: number;
  readonly manifest: Ref;
  readonly domainSet: Ref;
  readonly tokens: Ref;
  readonly predictor: Ref;
  readonly candidates: Ref;
};

export type CommitIterationInput = Omit<Snapshot, 'schema' | 'kind'> & {
  /** The workflow id, under which people find the snapshot. */
  readonly search: string;
};

/** Publishes the snapshot of an iteration, as an artifact and by name beside the recipe. Doing it twice is harmless. */
export function commitIteration({ store, searches }: Pick<Deps, 'store' | 'searches'>) {
  return async ({ search, ...input }: CommitIterationInput): Promise<Made<{ iteration: number }>> => {
    const snapshot: Snapshot = { schema: 1, kind: 'snapshot', ...input };
    const ref = await store.putJson(snapshot);
    await searches.write(search, `iterations/${input.iteration}.json`, canonicalJson(snapshot));
    return { ref, summary: { iteration: input.iteration } };
  };
}
