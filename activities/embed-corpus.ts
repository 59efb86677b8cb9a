import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type { Manifest, StoredLsaModel, Vectors } from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../climb/corpus/little-endian.ts';
import { fitLimit, type LsaModel } from '../climb/corpus/lsa.ts';
import { stream } from '../climb/random.ts';
import { sampleIndices } from '../climb/corpus/sample-indices.ts';
import { stackRows } from '../climb/corpus/sparse-rows.ts';
import { featureCount } from '../climb/corpus/text-features.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type EmbedCorpusInput = {
  readonly manifest: Ref;
  readonly embedding: { readonly kind: 'lsa'; readonly dimensions: number };
  readonly seed: number;
};

export type EmbedSummary = { readonly documents: number; readonly dimensions: number };

type Shards = Manifest['shards'];
type Watch = { signal: AbortSignal; onProgress: (done: unknown) => void };

/**
 * A vector for every document: a model fitted on a sample of all shards, then each shard projected by itself, so that a
 * retry goes on where the last attempt ended.
 */
export function embedCorpus({ store, ledger, derive, compute }: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>) {
  const fitted = async (shards: Shards, dimensions: number, seed: number, watch: Watch): Promise<Ref> => {
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
    return store.putJson(stored);
  };

  return ({ manifest, embedding, seed }: EmbedCorpusInput): Promise<Made<EmbedSummary>> =>
    beating(async (beat, signal) => {
      const { shards, documents } = await store.readJson<Manifest>(manifest);
      const inputs = { version: 1, shards: shards.map(({ ref }) => ref.sha256), embedding, seed };
      return derive({ store, ledger }, 'embed', inputs, async () => {
        const model = await derive({ store, ledger }, 'embed-model', inputs, async () => ({
          ref: await fitted(shards, embedding.dimensions, seed, {
            signal,
            onProgress: (done) => beat({ fitting: done }),
          }),
          summary: {},
        }));
        const { dimensions, idf, projection } = await store.readJson<StoredLsaModel>(model.ref);
        const lsa: LsaModel = {
          dimensions,
          idf: float32Of(await store.read(idf)),
          projection: float32Of(await store.read(projection)),
        };
        let embedded = 0;
        const parts = await compute.map(shards, async ({ ref }) => {
          const part = await derive(
            { store, ledger },
            'embed-shard',
            { version: 1, shard: ref.sha256, model: model.ref.sha256 },
            async () => {
              const vectors = await compute.run('embedShard', { shard: await store.read(ref), model: lsa }, { signal });
              return { ref: await store.put(bytesOf(vectors)), summary: {} };
            },
          );
          beat({ shards: ++embedded, of: shards.length });
          return part.ref;
        });
        const vectors = await store.concatenate(parts);
        const artifact: Vectors = {
          schema: 1,
          kind: 'vectors',
          count: documents,
          dimensions,
          vectors,
          model: model.ref,
        };
        return { ref: await store.putJson(artifact), summary: { documents, dimensions } };
      });
    });
}

/** For each shard the positions of the documents that the model is fitted on: `fitLimit` in all, evenly drawn. */
function sampleByShard(shards: Shards, seed: number): Uint32Array[] {
  const total = shards.reduce((sum, { documents }) => sum + documents, 0);
  const chosen = sampleIndices(total, fitLimit, stream(seed, ['embed', 'sample']));
  let first = 0;
  return shards.map(({ documents }) => {
    const inside = chosen.filter((index) => index >= first && index < first + documents).map((index) => index - first);
    first += documents;
    return inside;
  });
}
