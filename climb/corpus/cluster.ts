import { kmeansGenerator } from 'ml-kmeans';
import { assignVectors } from './assign.ts';
import { greedySeeds } from './cluster-seeds.ts';
import { stream } from '../random.ts';

/** Vectors k-means is fitted on, at most; the pass over all vectors that follows takes the rest into account. */
export const sampleLimit = 20_000;

/** And at most this many for each cluster: beyond that centroids hardly move. */
export const samplePerCluster = 128;

/** k-means ends in a local optimum: of several starts the one of least inertia counts (on text +.02 NMI). */
export const starts = 4;

/** Lloyd's steps end when no centroid moves by more than this squared distance, or after so many. */
const tolerance = 1e-3;
const maxIterations = 30;

export type ClusterFit = { readonly centroids: Float32Array; readonly inertia: number };

/**
 * One start of k-means on a sample: Lloyd's steps of ml-kmeans from our own seeds, since its own seeding takes many
 * times as long as all its steps.
 * @param sample row-major, n × dimensions, n ≥ k, all finite
 * @param start which of the starts: each has its own draws
 * @param progress called after each step with its number
 * @returns centroids, row-major, k × dimensions, and the inertia of the sample around them
 */
export function fitClusters(
  {
    sample,
    dimensions,
    k,
    seed,
    start,
  }: { sample: Float32Array; dimensions: number; k: number; seed: number; start: number },
  progress: (step: number) => void = () => {},
): ClusterFit {
  const row = (at: number) => Array.from(sample.subarray(at * dimensions, (at + 1) * dimensions));
  const seeds = greedySeeds(sample, dimensions, k, stream(seed, ['cluster', 'seeds', start])).map(row);
  const rows = Array.from({ length: sample.length / dimensions }, (_, at) => row(at));
  let found = seeds;
  for (const step of kmeansGenerator(rows, k, { initialization: seeds, tolerance, maxIterations })) {
    found = step.centroids;
    progress(step.iterations);
  }
  const centroids = Float32Array.from(found.flat());
  return { centroids, inertia: assignVectors({ vectors: sample, centroids, dimensions }).inertia };
}
