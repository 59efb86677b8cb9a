import { assignVectors } from './assign.ts';
import { movedCentroids } from './assignment.ts';
import { greedySeeds } from './cluster-seeds.ts';
import { stream } from './random.ts';

/** Vectors k-means is fitted on, at most; the pass over all vectors that follows takes the rest into account. */
export const sampleLimit = 20_000;

/** And at most this many for each cluster: beyond that centroids hardly move. */
export const samplePerCluster = 128;

/** k-means ends in a local optimum: of several starts the one of least inertia counts (on text +.02 NMI). */
export const starts = 4;

/** Lloyd's steps end when one gains less than this share of the inertia, or after so many. */
const leastGain = 1e-3;
const mostSteps = 50;

export type ClusterFit = { readonly centroids: Float32Array; readonly inertia: number };

/**
 * One start of k-means on a sample: greedy seeds, then Lloyd's steps. The same as ml-kmeans from the same seeds, at a
 * tenth of its time, since a step is the tiled assignment that all vectors go through anyway.
 * @param sample row-major, n × dimensions, n ≥ k, all finite
 * @param start which of the starts: each has its own draws
 * @param progress called after each step with the sample's inertia
 * @returns centroids, row-major, k × dimensions; and the sample's inertia before the last of them moved
 */
export function fitClusters(
  {
    sample,
    dimensions,
    k,
    seed,
    start,
  }: { sample: Float32Array; dimensions: number; k: number; seed: number; start: number },
  progress: (inertia: number) => void = () => {},
): ClusterFit {
  const seeds = greedySeeds(sample, dimensions, k, stream(seed, ['cluster', 'seeds', start]));
  let fit: ClusterFit = { centroids: new Float32Array(k * dimensions), inertia: Infinity };
  seeds.forEach((row, cluster) =>
    fit.centroids.set(sample.subarray(row * dimensions, (row + 1) * dimensions), cluster * dimensions),
  );
  for (let step = 0; step < mostSteps; step++) {
    const assignment = assignVectors({ vectors: sample, centroids: fit.centroids, dimensions });
    const gain = fit.inertia - assignment.inertia;
    fit = { centroids: movedCentroids(fit.centroids, assignment), inertia: assignment.inertia };
    progress(fit.inertia);
    if (gain < leastGain * fit.inertia) break;
  }
  return fit;
}
