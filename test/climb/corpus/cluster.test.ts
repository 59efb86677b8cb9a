import { expect, test } from '@jest/globals';
import { greedySeeds } from '../../../climb/corpus/cluster-seeds.ts';
import { assignVectors } from '../../../climb/corpus/assign.ts';
import { movedCentroids } from '../../../climb/corpus/assignment.ts';
import { fitClusters } from '../../../climb/corpus/cluster.ts';
import { stream } from '../../../climb/random.ts';

const dimensions = 8;

/** n points around `blobs` centres on the axes. */
function points(n: number, blobs: number, noise: number): Float32Array {
  const draws = stream(3, ['points', n, blobs]);
  return Float32Array.from({ length: n * dimensions }, (_, at) => {
    const blob = Math.floor(at / dimensions) % blobs;
    return (at % dimensions === blob ? 1 : 0) + noise * draws.normal();
  });
}

test('seeds fall into different blobs', () => {
  const seeds = greedySeeds(points(400, 8, 0.05), dimensions, 8, stream(1, ['seeds']));
  expect(new Set(seeds.map((row) => row % 8)).size).toBe(8);
});

test('seeds are distinct while distinct vectors last, and there are as many as asked for anyway', () => {
  const vectors = Float32Array.from([1, 2, 3, 1, 2, 3]);
  expect(new Set(greedySeeds(vectors, 1, 3, stream(1, ['few'])).map((row) => vectors[row])).size).toBe(3);
  expect(greedySeeds(vectors, 1, 6, stream(1, ['few']))).toHaveLength(6);
});

test('greedy seeds start lower than random ones', () => {
  const vectors = points(600, 8, 0.3);
  const inertia = (rows: readonly number[]) => {
    const centroids = Float32Array.from(
      rows.flatMap((row) => [...vectors.subarray(row * dimensions, (row + 1) * dimensions)]),
    );
    return assignVectors({ vectors, centroids, dimensions }).inertia;
  };
  const draws = stream(1, ['random']);
  for (let trial = 0; trial < 10; trial++) {
    const random = Array.from({ length: 20 }, () => draws.integer(600));
    expect(inertia(greedySeeds(vectors, dimensions, 20, stream(trial, ['greedy'])))).toBeLessThan(inertia(random));
  }
});

test('Lloyd steps end lower than the seeds they start from, and no vector is nearer to another centroid', () => {
  const sample = points(500, 6, 0.2);
  const seeds = greedySeeds(sample, dimensions, 12, stream(5, ['cluster', 'seeds', 0]));
  const atSeeds = Float32Array.from(
    seeds.flatMap((row) => [...sample.subarray(row * dimensions, (row + 1) * dimensions)]),
  );
  const fit = fitClusters({ sample, dimensions, k: 12, seed: 5, start: 0 });
  expect(fit.inertia).toBeLessThan(0.8 * assignVectors({ vectors: sample, centroids: atSeeds, dimensions }).inertia);
  const found = assignVectors({ vectors: sample, centroids: fit.centroids, dimensions });
  const means = movedCentroids(fit.centroids, found);
  means.forEach((value, at) => expect(value).toBeCloseTo(fit.centroids[at]!, 1));
});

test('starts differ, and each has the same bits every time', () => {
  const fit = (start: number) => fitClusters({ sample: points(300, 8, 0.5), dimensions, k: 15, seed: 1, start });
  expect(fit(0)).toEqual(fit(0));
  expect(fit(1).centroids).not.toEqual(fit(0).centroids);
});

test('progress counts the steps', () => {
  const seen: number[] = [];
  fitClusters({ sample: points(300, 8, 0.5), dimensions, k: 10, seed: 1, start: 0 }, (step) => seen.push(step));
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual(seen.map((_, at) => at + 1));
});

test('as many clusters as vectors, and vectors that are all alike', () => {
  expect(fitClusters({ sample: Float32Array.of(1, 2, 3), dimensions: 1, k: 3, seed: 1, start: 0 }).inertia).toBe(0);
  expect(
    fitClusters({ sample: new Float32Array(5).fill(2), dimensions: 1, k: 2, seed: 1, start: 0 }).centroids,
  ).toEqual(Float32Array.of(2, 2));
});
