import { ApplicationFailure } from '@temporalio/activity';
import type { Ref } from '../../climb/artifact.ts';
import type { CorpusShard, StoredLsaModel } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf } from '../../climb/corpus/little-endian.ts';
import { fitLimit } from '../../climb/corpus/lsa.ts';
import { sampleIndices } from '../../climb/corpus/sample-indices.ts';
import { stackRows } from '../../climb/corpus/sparse-rows.ts';
import { featureCount } from '../../climb/corpus/text-features.ts';
import { stream } from '../../climb/random.ts';
import type { Deps } from '../deps.ts';

/**
 * An LSA model of a sample of all shards, kept as an artifact.
 * @returns ref of a `StoredLsaModel`
 * @throws ApplicationFailure BadCorpus, not retryable, where no three documents share a word
 */
export async function fitLsaModel(
  { store, ledger, derive, compute }: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>,
  shards: readonly CorpusShard[],
  dimensions: number,
  seed: number,
  { beat, signal }: { beat: (details: unknown) => void; signal: AbortSignal },
): Promise<Ref> {
  const inputs = { version: 1, shards: shards.map(({ ref }) => ref.sha256), dimensions, seed };
  const watch = { signal, onProgress: (done: unknown) => beat({ fitting: done }) };
  const made = await derive({ store, ledger }, 'embed-model', inputs, async () => {
    const samples = sampleByShard(shards, seed);
    const parts = await compute.map(shards, async ({ ref }, at) =>
      compute.run('countShardFeatures', { shard: await store.read(ref), keep: samples[at]! }, watch),
    );
    const counts = stackRows(parts, featureCount);
    const model = await compute.run('fitLsa', { counts, dimensions, seed }, watch);
    if (model.dimensions === 0) {
      throw ApplicationFailure.nonRetryable(
        `of ${shards.reduce((sum, { documents }) => sum + documents, 0)} documents no three share a word: the embedding is made of words that recur and can't tell them apart; try a larger corpus, or one of written language`,
        'BadCorpus',
      );
    }
    const stored: StoredLsaModel = {
      schema: 1,
      kind: 'lsa-model',
      dimensions: model.dimensions,
      idf: await store.put(bytesOf(model.idf)),
      projection: await store.put(bytesOf(model.projection)),
    };
    return { ref: await store.putJson(stored), summary: {} };
  });
  return made.ref;
}

/** For each shard the positions of the documents that the model is fitted on: `fitLimit` in all, evenly drawn. */
function sampleByShard(shards: readonly CorpusShard[], seed: number): Uint32Array[] {
  const total = shards.reduce((sum, { documents }) => sum + documents, 0);
  const chosen = sampleIndices(total, fitLimit, stream(seed, ['embed', 'sample']));
  let first = 0;
  return shards.map(({ documents }) => {
    const inside = chosen.filter((index) => index >= first && index < first + documents).map((index) => index - first);
    first += documents;
    return inside;
  });
}
