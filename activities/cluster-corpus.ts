import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import { joinAssignments, movedCentroids, orderedClusters, type Assignment } from '../climb/corpus/assignment.ts';
import { sampleLimit, samplePerCluster, starts } from '../climb/corpus/cluster.ts';
import type { Clusters, Vectors } from '../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../climb/corpus/little-endian.ts';
import { stream } from '../climb/random.ts';
import { sampleIndices } from '../climb/corpus/sample-indices.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type ClusterCorpusInput = {
  readonly vectors: Ref;
  readonly clusters: { readonly initial: number };
  readonly seed: number;
};

export type ClusterSummary = {
  readonly clusters: number;
  readonly inertia: number;
  readonly largest: number;
  readonly smallest: number;
};

/** Vectors a thread assigns at once. Fixed, because the order of additions decides the last bits. */
const blockRows = 16_384;

/**
 * K_init clusters: k-means on a sample, one Lloyd step over all vectors, and every vector to its nearest centroid. The
 * vectors are read in blocks, so that memory stays bounded.
 * @throws ApplicationFailure BadCorpus, not retryable, when there are more clusters than documents
 */
export function clusterCorpus({
  store,
  ledger,
  derive,
  compute,
}: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>) {
  return (input: ClusterCorpusInput): Promise<Made<ClusterSummary>> =>
    beating(async (beat, signal) => {
      const { count, dimensions, vectors } = await store.readJson<Vectors>(input.vectors);
      const { seed } = input;
      const { initial } = input.clusters;
      if (initial > count) {
        throw ApplicationFailure.nonRetryable(
          `clusters.initial is ${initial}, but the corpus has ${count} documents: a cluster without a document has nothing to train on; try ${Math.max(2, Math.floor(count / 50))}, fifty documents a cluster`,
          'BadCorpus',
        );
      }
      const rowsAt = async (first: number, rows: number) =>
        float32Of(await store.readSlice(vectors, 4 * dimensions * first, 4 * dimensions * rows));
      const blocks = Array.from({ length: Math.ceil(count / blockRows) }, (_, block) => ({
        first: block * blockRows,
        rows: Math.min(blockRows, count - block * blockRows),
      }));

      const sampled = async (): Promise<Float32Array> => {
        const chosen = sampleIndices(
          count,
          Math.min(sampleLimit, samplePerCluster * initial),
          stream(seed, ['cluster', 'sample']),
        );
        const sample = new Float32Array(chosen.length * dimensions);
        let have = 0;
        for (const { first, rows } of blocks) {
          const block = await rowsAt(first, rows);
          for (; have < chosen.length && chosen[have]! < first + rows; have++) {
            const from = (chosen[have]! - first) * dimensions;
            sample.set(block.subarray(from, from + dimensions), have * dimensions);
          }
        }
        return sample;
      };
      const assigned = async (centroids: Float32Array): Promise<Assignment> =>
        joinAssignments(
          await compute.map(blocks, async ({ first, rows }) => {
            beat({ assigning: first, of: count });
            return compute.run(
              'assignVectors',
              { vectors: await rowsAt(first, rows), centroids, dimensions },
              { signal },
            );
          }),
        );

      return derive(
        { store, ledger },
        'cluster',
        { version: 2, vectors: vectors.sha256, initial, dimensions, seed },
        async () => {
          await store.verify(vectors);
          const sample = await sampled();
          const fits = await compute.map([...Array(starts).keys()], (start) =>
            compute.run(
              'fitClusters',
              { sample, dimensions, k: initial, seed, start },
              { signal, onProgress: (step) => beat({ start, step }) },
            ),
          );
          const fitted = fits.reduce((a, b) => (b.inertia < a.inertia ? b : a)).centroids;
          const centroids = movedCentroids(fitted, await assigned(fitted));
          const nearest = await assigned(centroids);
          const found = orderedClusters(centroids, nearest);
          const { sizes } = found;
          const clusters: Clusters = {
            schema: 1,
            kind: 'clusters',
            k: sizes.length,
            dimensions,
            centroids: await store.put(bytesOf(found.centroids)),
            assignment: await store.put(bytesOf(found.clusters)),
            sizes,
            inertia: nearest.inertia,
          };
          const summary = {
            clusters: sizes.length,
            inertia: nearest.inertia,
            largest: sizes[0]!,
            smallest: sizes.at(-1)!,
          };
          return { ref: await store.putJson(clusters), summary };
        },
      );
    });
}
