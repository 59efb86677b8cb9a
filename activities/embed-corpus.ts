import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type {
  CorpusShard,
  EmbeddingModel,
  Manifest,
  PrecomputedModel,
  Vectors,
} from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of, uint32Of } from '../climb/corpus/little-endian.ts';
import { defaultDimensions } from '../climb/spec/corpus-rules.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { NpyMatrix } from '../adapters/npy-file.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { patientWithEndpoint } from './endpoint-patience.ts';
import { fitLsaModel } from './embed/fit-lsa-model.ts';
import { shardEmbedder, type ShardEmbedder } from './embed/shard-embedder.ts';

export type EmbedCorpusInput = {
  readonly manifest: Ref;
  readonly embedding: SearchSpec['embedding'];
  readonly seed: number;
};

export type EmbedSummary = { readonly documents: number; readonly dimensions: number };

type Watch = { readonly beat: (details: unknown) => void; readonly signal: AbortSignal };
type EmbedDeps = Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'embedders' | 'vectorFile' | 'faults'>;

/**
 * A vector for every document: the embedding is fixed first, then each shard is embedded by itself and kept, so that a
 * retry goes on where the last attempt ended.
 * @throws ApplicationFailure BadCorpus, BadEndpoint, BadEmbedding, not retryable; EndpointUnavailable, retried for ever
 */
export function embedCorpus(deps: EmbedDeps) {
  const { store, ledger, derive, compute, faults } = deps;
  return (input: EmbedCorpusInput): Promise<Made<EmbedSummary>> =>
    patientWithEndpoint(() =>
      beating(async (beat, signal) => {
        const manifest = await store.readJson<Manifest>(input.manifest);
        const { shards, documents } = manifest;
        const watch = { beat, signal };
        const { model, embed, matrix } = await opened(input, manifest, watch);
        const from = { version: 3, model: model.sha256, ...(matrix && { matrix: matrix.sha256 }) };
        return derive({ store, ledger }, 'embed', { ...from, shards: shards.map(shardKey) }, async () => {
          const ready = await embed();
          let embedded = 0;
          const parts = await compute.map(shards, async (shard) => {
            const made = await derive(
              { store, ledger },
              'embed-shard',
              { ...from, shard: shardKey(shard) },
              async () => ({ ref: await store.put(bytesOf(await ready(shard, signal))), summary: {} }),
            );
            beat({ shards: ++embedded, of: shards.length });
            await faults.point('embed.afterBatch');
            return made.ref;
          });
          await matrix?.verify();
          const { dimensions } = await store.readJson<EmbeddingModel>(model);
          const vectors = await store.concatenate(parts);
          const artifact: Vectors = { schema: 1, kind: 'vectors', count: documents, dimensions, vectors, model };
          return { ref: await store.putJson(artifact), summary: { documents, dimensions } };
        });
      }),
    );

  /** The frozen model, and how it embeds. */
  async function opened({ embedding, seed }: EmbedCorpusInput, manifest: Manifest, watch: Watch): Promise<Opened> {
    if (embedding.kind === 'precomputed') return precomputed(embedding, manifest);
    const model =
      embedding.kind === 'lsa'
        ? await fitLsaModel(deps, manifest.shards, embedding.dimensions ?? defaultDimensions, seed, watch)
        : await store.putJson(await deps.embedders(embedding).describe(watch.signal));
    return { model, embed: () => shardEmbedder(deps, model, watch.signal) };
  }

  async function precomputed({ path }: SearchSpec['embedding'], manifest: Manifest): Promise<Opened> {
    const matrix = path === undefined ? undefined : await matrixOf(path, manifest);
    const dimensions = matrix?.dimensions ?? manifest.dimensions;
    if (dimensions === undefined) throw noVectors(manifest);
    const frozen: PrecomputedModel = { schema: 1, kind: 'precomputed-model', dimensions };
    const model = await store.putJson(frozen);
    const embed: ShardEmbedder = async ({ vectors, rows }) => {
      if (matrix !== undefined && rows !== undefined) return matrix.read(uint32Of(await store.read(rows)));
      if (vectors === undefined) throw noVectors(manifest);
      return float32Of(await store.read(vectors));
    };
    return { model, embed: () => Promise.resolve(embed), ...(matrix && { matrix }) };
  }

  async function matrixOf(path: string, { records }: Manifest): Promise<NpyMatrix> {
    const matrix = await deps.vectorFile(path);
    if (matrix.rows === records) return matrix;
    throw ApplicationFailure.nonRetryable(
      `${path}: expected ${records} rows, one for each record of the corpus in reading order (bad ones counted), found ${matrix.rows}; documents would get each other's vectors; make the file again from this corpus`,
      'BadCorpus',
    );
  }
}

type Opened = {
  readonly model: Ref;
  readonly embed: () => Promise<ShardEmbedder>;
  /** Where the vectors come from a file of their own. */
  readonly matrix?: NpyMatrix;
};

/** What the vectors of a shard depend on, besides the model. */
const shardKey = ({ ref, vectors, rows }: CorpusShard) => ({
  shard: ref.sha256,
  ...(vectors && { vectors: vectors.sha256 }),
  ...(rows && { rows: rows.sha256 }),
});

const noVectors = ({ documents }: Manifest) =>
  ApplicationFailure.nonRetryable(
    `none of ${documents} documents has a vector; clusters are found by them; check embedding.field, or let "lsa" make them`,
    'BadCorpus',
  );
