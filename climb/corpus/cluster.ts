import { kmeansGenerator } from 'ml-kmeans';
import { assignVectors } from './assign.ts';
import { greedySeeds } from './cluster-seeds.ts';
import { stream } from '../random.ts';

/** K_init where a search file doesn't say it: that of the paper (Diao et al. 2025), or fifty documents a cluster. */
const usualClusters = 1000;
const documentsPerCluster = 50;

/**
 * K_init: what the search file says, or what the corpus allows.
 * @param documents in the corpus
 * @param least clusters that merging is to end with
 */
export function initialClusters(
  { initial }: { readonly initial?: number | undefined },
  documents: number,
  least = 2,
): number {
  if (initial !== undefined) return initial;
  const usual = Math.min(usualClusters, Math.floor(documents / documentsPerCluster));
  return Math.min(documents, Math.max(usual, least, 2));
}

/** Vectors that centroids are fitted on, for each cluster: beyond that they hardly move (FAISS takes as many). */
const samplePerCluster = 256;

/** Numbers of the sample, at most: 64 MB. */
const sampleNumbers = 2 ** 24;

/** Vectors of the sample: enough for K centroids, and bounded whatever the size of the corpus. */
export function sampleSize(count: number, k: number, dimensions: number): number {
  return Math.min(count, Math.max(k, Math.min(samplePerCluster * k, Math.floor(sampleNumbers / dimensions))));
}

/** Vectors of the part of the sample on which starts are compared: the steps that follow take all of it. */
export function startSize(sampled: number, k: number): number {
  return Math.min(sampled, Math.max(8_192, 8 * k));
}

/**
 * k-means ends in a local optimum: of several starts the one of least inertia counts. The fewer clusters, the more
 * hangs on where they start, and the less a start costs: on text in 26 domains 16 starts give .02 of NMI more than 1.
 */
export function startsFor(k: number): number {
  return Math.min(16, Math.max(2, Math.round(960 / k)));
}

/** A start's Lloyd's steps end when no centroid moves by more than this squared distance, or after so many. */
const tolerance = 1e-4;
const iterationsFor = (k: number) => 2 * startsFor(k);

/** The best start goes on over the whole sample until a step lowers the inertia by less than this share, or so often. */
export const leastGain = 1e-3;
export const mostSteps = 16;

export type ClusterFit = { readonly centroids: Float32Array; readonly inertia: number };

/**
 * One start of k-means: Lloyd's steps of ml-kmeans from our own seeds, since its own seeding takes many times as long as
 * all its steps.
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
  const maxIterations = iterationsFor(k);
  let found = seeds;
  for (const step of kmeansGenerator(rows, k, { initialization: seeds, tolerance, maxIterations })) {
    found = step.centroids;
    progress(step.iterations);
  }
  const centroids = new Float32Array(k * dimensions);
  found.forEach((centroid, at) => centroids.set(centroid, at * dimensions));
  return { centroids, inertia: assignVectors({ vectors: sample, centroids, dimensions }).inertia };
}
