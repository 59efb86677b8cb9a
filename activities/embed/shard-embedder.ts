import { ApplicationFailure } from '@temporalio/activity';
import type { Ref } from '../../climb/artifact.ts';
import { contentKey } from '../../climb/content-key.ts';
import type { CorpusShard, EmbeddingModel, ServedModel } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import { bytesOf, float32Of } from '../../climb/corpus/little-endian.ts';
import type { LsaModel } from '../../climb/corpus/lsa.ts';
import type { Embedder } from '../../adapters/served-embedder.ts';
import type { Deps } from '../deps.ts';

/** The vectors of a shard's documents, row-major, documents × dimensions. */
export type ShardEmbedder = (shard: CorpusShard, signal: AbortSignal) => Promise<Float32Array>;

type EmbeddingDeps = Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'embedders'>;

/**
 * What embeds any shard, now or later, with a frozen model: the same bytes whichever process does it.
 * @param ref `EmbeddingModel`
 * @throws ApplicationFailure BadEndpoint, not retryable, where the server has another model by now; BadCorpus where the
 * vectors came with the corpus
 */
export async function shardEmbedder(deps: EmbeddingDeps, ref: Ref, signal: AbortSignal): Promise<ShardEmbedder> {
  const { store, compute, embedders } = deps;
  const model = await store.readJson<EmbeddingModel>(ref);
  if (model.kind === 'lsa-model') {
    const { dimensions, idf, projection } = model;
    const lsa: LsaModel = {
      dimensions,
      idf: float32Of(await store.read(idf)),
      projection: float32Of(await store.read(projection)),
    };
    return async (shard, until) =>
      compute.run('embedShard', { shard: await store.read(shard.ref), model: lsa }, { signal: until });
  }
  if (model.kind === 'precomputed-model') {
    throw ApplicationFailure.nonRetryable(
      'the vectors came with the corpus, and nothing says how they were made: other documents cannot be embedded; embed them yourself and bring their vectors in the same field, or search with embedding.kind "lsa" or "endpoint"',
      'BadCorpus',
    );
  }
  const { kind, endpoint, model: name } = model;
  const embedder = embedders(
    kind === 'endpoint-model'
      ? { kind: 'endpoint', endpoint: endpoint ?? 'default' }
      : { kind: 'hf-inference', model: name },
  );
  const now = await embedder.describe(signal);
  if (now.model !== name || now.revision !== model.revision || now.dimensions !== model.dimensions) {
    throw ApplicationFailure.nonRetryable(
      `the embedding endpoint ${endpoint === null ? '' : `"${endpoint}" `}serves another model than the one that the clusters were found with: expected ${shownModel(model)}, found ${shownModel(now)}; its vectors lie elsewhere; serve that model again, or search again with this one`,
      'BadEndpoint',
    );
  }
  return (shard, until) => embedInChunks(deps, embedder, model, shard, until);
}

const shownModel = ({ model, revision, dimensions }: ServedModel) =>
  `${model}${revision === null ? '' : ` at ${revision}`} (${dimensions} dimensions)`;

/** Documents whose vectors are kept at once: a failure costs no more. */
const chunkDocuments = 256;

/** As many chunks at once as the endpoint takes requests, at the usual 32 texts each. */
const requestsPerChunk = 8;

async function embedInChunks(
  { store, ledger, derive }: Pick<EmbeddingDeps, 'store' | 'ledger' | 'derive'>,
  embedder: Embedder,
  model: ServedModel,
  { ref, documents }: CorpusShard,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { dimensions, maxCharacters, kind, model: name, revision } = model;
  const texts = parseShard(await store.read(ref)).map(({ text }) => beginning(text, maxCharacters));
  const vectors = new Float32Array(documents * dimensions);
  const starts = Array.from({ length: Math.ceil(documents / chunkDocuments) }, (_, chunk) => chunk * chunkDocuments);
  const todo = starts.values();
  const lane = async () => {
    for (const first of todo) {
      signal.throwIfAborted();
      const chunk = texts.slice(first, first + chunkDocuments);
      // A server that doesn't say its revision may call two models the same.
      const served = {
        kind,
        model: name,
        revision,
        dimensions,
        ...(revision === null && { endpoint: model.endpoint }),
      };
      const inputs = { version: 1, ...served, texts: contentKey(chunk) };
      const made = await derive({ store, ledger }, 'embed-chunk', inputs, async () => ({
        ref: await store.put(bytesOf(await embedder.embed(chunk, model, signal))),
        summary: {},
      }));
      vectors.set(float32Of(await store.read(made.ref)), first * dimensions);
    }
  };
  const lanes = Math.max(1, Math.ceil(embedder.concurrency / requestsPerChunk));
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return vectors;
}

/** Never half a surrogate pair: it has no UTF-8. */
const beginning = (text: string, most: number) => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
