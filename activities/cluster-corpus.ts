import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import { JoinedAssignment, movedCentroids, orderedClusters } from '../climb/corpus/assignment.ts';
import { initialClusters, leastGain, mostSteps, sampleSize, startSize, startsFor } from '../climb/corpus/cluster.ts';
import type { Clusters, Vectors } from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../climb/corpus/little-endian.ts';
import { stream } from '../climb/random.ts';
import { sampleIndices } from '../climb/corpus/sample-indices.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { orderedTurns } from './ordered-turns.ts';

export type ClusterCorpusInput = {
  readonly vectors: Ref;
  readonly clusters: { readonly initial?: number };
  /** Clusters that merging is to end with: where the file doesn't say `initial` there are at least as many. */
  readonly least?: number;
  readonly seed: number;
};

export type ClusterSummary = {
  readonly clusters: number;
  readonly inertia: number;
  readonly largest: number;
  readonly smallest: number;
};

type ClusterDeps = Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'faults'>;
type Watch = { readonly beat: (details: unknown) => void; readonly signal: AbortSignal };
type Sample = { readonly rows: Float32Array; readonly dimensions: number };

/** Vectors that are read one block after another. */
type Rows = {
  readonly count: number;
  readonly dimensions: number;
  /** A copy of its own. */
  readonly read: (first: number, rows: number) => Promise<Float32Array<ArrayBuffer>>;
};

/** Numbers that a thread gets at once: 8 MB. Fixed, because the order of additions decides the last bits. */
const blockNumbers = 2 ** 21;

/**
 * K_init clusters: k-means on a sample, one Lloyd step over all vectors, and every vector to its nearest centroid. The
 * vectors are read in blocks, so that memory stays bounded.
 * @throws ApplicationFailure BadCorpus, not retryable, when there are more clusters than documents; BadVectors, not
 * retryable, when a vector isn't finite
 */
export function clusterCorpus({ store, ledger, derive, compute, faults }: ClusterDeps) {
  return (input: ClusterCorpusInput): Promise<Made<ClusterSummary>> =>
    beating(async (beat, signal) => {
      const { count, dimensions, vectors, model } = await store.readJson<Vectors>(input.vectors);
      const { seed } = input;
      const k = initialClusters(input.clusters, count, input.least);
      if (k > count) {
        throw ApplicationFailure.nonRetryable(
          `clusters.initial is ${k}, but the corpus has ${count} documents: a cluster without a document has nothing to train on; try ${Math.max(2, Math.floor(count / 50))}, fifty documents a cluster`,
          'BadCorpus',
        );
      }
      const all: Rows = {
        count,
        dimensions,
        read: async (first, rows) =>
          float32Of(await store.readSlice(vectors, 4 * dimensions * first, 4 * dimensions * rows)),
      };
      const watch = { beat, signal };
      const inputs = { version: 3, vectors: vectors.sha256, model: model.sha256, k, dimensions, seed };
      return derive({ store, ledger }, 'cluster', inputs, async () => {
        await store.verify(vectors);
        const fitted = await fit(await sampled(all, k, seed, watch), k, seed, watch);
        const centroids = movedCentroids(fitted, await assigned(all, fitted, watch));
        const nearest = await assigned(all, centroids, watch);
        const found = orderedClusters(centroids, nearest);
        await faults.point('cluster.beforePublish');
        const { sizes } = found;
        const { inertia } = nearest;
        const clusters: Clusters = {
          schema: 1,
          kind: 'clusters',
          k: sizes.length,
          dimensions,
          centroids: await store.put(bytesOf(found.centroids)),
          model,
          assignment: await store.put(bytesOf(found.clusters)),
          sizes,
          inertia,
        };
        const summary = { clusters: sizes.length, inertia, largest: sizes[0]!, smallest: sizes.at(-1)! };
        return { ref: await store.putJson(clusters), summary };
      });
    });

  /** The best of several starts on a part of the sample, and Lloyd's steps over all of it. */
  async function fit({ rows, dimensions }: Sample, k: number, seed: number, { beat, signal }: Watch) {
    const count = rows.length / dimensions;
    const chosen = sampleIndices(count, startSize(count, k), stream(seed, ['cluster', 'start']));
    const part = new Float32Array(chosen.length * dimensions);
    chosen.forEach((row, at) => part.set(rows.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
    const fits = await compute.map([...Array(startsFor(k)).keys()], (start) =>
      compute.run(
        'fitClusters',
        { sample: part, dimensions, k, seed, start },
        { signal, onProgress: (step) => beat({ start, step }) },
      ),
    );
    let { centroids } = fits.reduce((a, b) => (b.inertia < a.inertia ? b : a));
    const read = (first: number, some: number) =>
      Promise.resolve(rows.slice(first * dimensions, (first + some) * dimensions));
    let inertia = Infinity;
    for (let step = 0; step < mostSteps; step++) {
      const nearest = await assigned({ count, dimensions, read }, centroids, { beat, signal });
      if (nearest.inertia > (1 - leastGain) * inertia) break;
      inertia = nearest.inertia;
      centroids = movedCentroids(centroids, nearest);
    }
    return centroids;
  }

  async function assigned(
    { count, dimensions, read }: Rows,
    centroids: Float32Array,
    { beat, signal }: Watch,
  ): Promise<JoinedAssignment> {
    const joined = new JoinedAssignment(count, centroids.length / dimensions, dimensions);
    const inTurn = orderedTurns();
    await compute.map(blocksOf(count, dimensions), ({ first, rows }) => {
      beat({ assigning: first, of: count });
      const block = read(first, rows).then((vectors) =>
        compute.run('assignVectors', { vectors, centroids, dimensions }, { signal, transfer: [vectors.buffer] }),
      );
      return inTurn(block, (found) => joined.add(found));
    });
    return joined;
  }
}

function blocksOf(count: number, dimensions: number): { first: number; rows: number }[] {
  const rows = Math.max(1, Math.floor(blockNumbers / dimensions));
  return Array.from({ length: Math.ceil(count / rows) }, (_, block) => ({
    first: block * rows,
    rows: Math.min(rows, count - block * rows),
  }));
}

/** An even sample of the vectors; every one of them is looked at, so that none that isn't finite goes further. */
async function sampled(
  { count, dimensions, read }: Rows,
  k: number,
  seed: number,
  { beat, signal }: Watch,
): Promise<Sample> {
  const chosen = sampleIndices(count, sampleSize(count, k, dimensions), stream(seed, ['cluster', 'sample']));
  const sample = new Float32Array(chosen.length * dimensions);
  let have = 0;
  for (const { first, rows } of blocksOf(count, dimensions)) {
    signal.throwIfAborted();
    beat({ sampling: first, of: count });
    const block = await read(first, rows);
    refuseNonFinite(block, first, dimensions);
    for (; have < chosen.length && chosen[have]! < first + rows; have++) {
      const from = (chosen[have]! - first) * dimensions;
      sample.set(block.subarray(from, from + dimensions), have * dimensions);
    }
  }
  return { rows: sample, dimensions };
}

function refuseNonFinite(block: Float32Array, first: number, dimensions: number): void {
  const at = block.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const document = first + Math.floor(at / dimensions);
  throw ApplicationFailure.nonRetryable(
    `the vector of document ${document} (counted from 0 in the manifest's order) holds ${String(block[at])} at place ${at % dimensions} of ${dimensions}: it is near to nothing, and every centroid it touched would be lost; correct the vectors, or embed the corpus again`,
    'BadVectors',
  );
}
