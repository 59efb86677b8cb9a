import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { clusterCorpus, type ClusterCorpusInput } from '../../activities/cluster-corpus.ts';
import { Compute } from '../../adapters/compute.ts';
import { assignVectors } from '../../climb/corpus/assign.ts';
import { initialClusters } from '../../climb/corpus/cluster.ts';
import type { Clusters, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of, uint16Of } from '../../climb/corpus/little-endian.ts';
import { stream } from '../../climb/random.ts';
import { scratch } from '../adapters/scratch.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const root = scratch();
const compute = new Compute(2);
afterAll(() => compute.close());
let worlds = 0;

async function stored(values: Float32Array, dimensions: number) {
  const deps = worldIn(join(root, String(worlds++)), { compute });
  const model = await deps.store.putJson({ schema: 1, kind: 'precomputed-model', dimensions });
  const vectors: Vectors = {
    schema: 1,
    kind: 'vectors',
    count: values.length / dimensions,
    dimensions,
    vectors: await deps.store.put(bytesOf(values)),
    model,
  };
  const ref = await deps.store.putJson(vectors);
  const cluster = async (more: Omit<ClusterCorpusInput, 'vectors' | 'seed'>) => {
    const made = await perform(clusterCorpus(deps), { vectors: ref, seed: 1, ...more });
    const clusters = await deps.store.readJson<Clusters>(made.ref);
    return {
      ...made,
      found: clusters,
      centroids: float32Of(await deps.store.read(clusters.centroids)),
      assignment: uint16Of(await deps.store.read(clusters.assignment)),
    };
  };
  return { deps, model, cluster };
}

const noise = (n: number, dimensions: number) => {
  const draws = stream(1, ['noise', n]);
  return Float32Array.from({ length: n * dimensions }, () => draws.normal());
};

test('every vector lies with its nearest centroid, the largest cluster comes first, and the embedding is named', async () => {
  const vectors = noise(900, 4);
  const { cluster, model } = await stored(vectors, 4);
  const { found, centroids, assignment, summary } = await cluster({ clusters: { initial: 12 } });
  const nearest = assignVectors({ vectors, centroids, dimensions: 4 });
  expect(assignment).toEqual(nearest.clusters);
  expect(found.sizes).toEqual([...nearest.sizes]);
  expect(found.sizes).toEqual([...found.sizes].sort((a, b) => b - a));
  expect(found.inertia).toBeCloseTo(nearest.inertia, 6);
  expect(found.model).toEqual(model);
  expect(summary).toMatchObject({ clusters: 12, largest: found.sizes[0], smallest: found.sizes[11] });
});

// More numbers than a thread gets at once: three blocks, whose results come in any order.
test('many blocks give the same bytes every time, and one centroid is their mean', async () => {
  const vectors = noise(5_000, 1_000);
  const [one, other] = [await stored(vectors, 1_000), await stored(vectors, 1_000)];
  const first = await one.cluster({ clusters: { initial: 2 } });
  expect((await other.cluster({ clusters: { initial: 2 } })).ref).toEqual(first.ref);
  expect(first.assignment).toEqual(assignVectors({ vectors, centroids: first.centroids, dimensions: 1_000 }).clusters);
}, 30_000);

test('there are no more clusters than vectors that differ', async () => {
  const vectors = Float32Array.from({ length: 60 }, (_, at) => at % 3);
  const { cluster } = await stored(vectors, 1);
  const { found } = await cluster({ clusters: { initial: 10 } });
  expect(found.sizes).toEqual([20, 20, 20]);
  expect(found.inertia).toBe(0);
});

test.each([NaN, Infinity])('a vector that holds %p is refused by its place, before anything is fitted', async (bad) => {
  const vectors = noise(50, 4);
  vectors[4 * 17 + 2] = bad;
  const { cluster } = await stored(vectors, 4);
  expect(await failureOf(cluster({ clusters: { initial: 3 } }))).toMatchObject({
    type: 'BadVectors',
    nonRetryable: true,
    message: expect.stringContaining(
      `document 17 (counted from 0 in the manifest's order) holds ${bad} at place 2 of 4`,
    ),
  });
});

test('K is what the file says, or follows from the documents and from what merging is to end with', () => {
  expect(initialClusters({ initial: 7 }, 1e6, 16)).toBe(7);
  expect(initialClusters({}, 20_000, 16)).toBe(400);
  expect(initialClusters({}, 1e7, 16)).toBe(1000);
  expect(initialClusters({}, 400, 16)).toBe(16);
  expect(initialClusters({}, 60)).toBe(2);
  expect(initialClusters({}, 10, 16)).toBe(10);
});

test('more clusters asked for than there are documents ends the search, by default there are fewer', async () => {
  const { cluster } = await stored(noise(20, 4), 4);
  expect(await failureOf(cluster({ clusters: { initial: 21 } }))).toMatchObject({
    type: 'BadCorpus',
    message: expect.stringContaining('clusters.initial is 21, but the corpus has 20 documents'),
  });
  expect((await cluster({ clusters: {}, least: 30 })).summary.clusters).toBeLessThanOrEqual(20);
});
