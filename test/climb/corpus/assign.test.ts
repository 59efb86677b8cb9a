import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignVectors } from '../../../climb/corpus/assign.ts';
import { JoinedAssignment, movedCentroids, orderedClusters } from '../../../climb/corpus/assignment.ts';

/** Whole numbers: sums are exact, so that the fast loop must agree with the plain one to the last bit, ties included. */
const whole = fc.integer({ min: -3, max: 3 });
const problem = fc.integer({ min: 1, max: 5 }).chain((dimensions) => {
  const rows = (maxLength: number) =>
    fc.array(fc.array(whole, { minLength: dimensions, maxLength: dimensions }), { minLength: 1, maxLength });
  return fc.record({ dimensions: fc.constant(dimensions), vectors: rows(17), centroids: rows(11) });
});
const flat = (rows: number[][]) => Float32Array.from(rows.flat());

const distance = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, d) => sum + (x - b[d]!) ** 2, 0);
const nearest = (vector: readonly number[], centroids: readonly number[][]) => {
  const distances = centroids.map((centroid) => distance(vector, centroid));
  return distances.indexOf(Math.min(...distances));
};

test('the tiled loop finds what a plain one finds', () => {
  fc.assert(
    fc.property(problem, ({ vectors, centroids, dimensions }) => {
      const found = assignVectors({ vectors: flat(vectors), centroids: flat(centroids), dimensions });
      const plain = vectors.map((vector) => nearest(vector, centroids));
      expect([...found.clusters]).toEqual(plain);
      expect([...found.sizes]).toEqual(centroids.map((_, c) => plain.filter((cluster) => cluster === c).length));
      expect(found.inertia).toBeCloseTo(
        vectors.reduce((sum, vector, i) => sum + distance(vector, centroids[plain[i]!]!), 0),
        9,
      );
    }),
    { numRuns: 500 },
  );
});

test('blocks joined are the whole, wherever they are cut', () => {
  fc.assert(
    fc.property(problem, fc.nat(17), ({ vectors, centroids, dimensions }, cut) => {
      const assign = (rows: number[][]) =>
        assignVectors({ vectors: flat(rows), centroids: flat(centroids), dimensions });
      const joined = new JoinedAssignment(vectors.length, centroids.length, dimensions);
      for (const block of [vectors.slice(0, cut), vectors.slice(cut)]) joined.add(assign(block));
      expect({ ...joined }).toEqual(assign(vectors));
    }),
  );
});

test('a step moves centroids to the means and never raises the inertia', () => {
  fc.assert(
    fc.property(problem, ({ vectors, centroids, dimensions }) => {
      const before = assignVectors({ vectors: flat(vectors), centroids: flat(centroids), dimensions });
      const moved = movedCentroids(flat(centroids), before);
      const after = assignVectors({ vectors: flat(vectors), centroids: moved, dimensions });
      expect(after.inertia).toBeLessThanOrEqual(before.inertia + 1e-4);
      before.sizes.forEach((size, c) => {
        if (size === 0) expect([...moved.subarray(c * dimensions, (c + 1) * dimensions)]).toEqual(centroids[c]);
      });
    }),
  );
});

test('ordering drops empty clusters, and keeps who is with whom', () => {
  fc.assert(
    fc.property(problem, ({ vectors, centroids, dimensions }) => {
      const before = assignVectors({ vectors: flat(vectors), centroids: flat(centroids), dimensions });
      const { clusters, sizes, centroids: ordered } = orderedClusters(flat(centroids), before);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(sizes.every((size) => size > 0)).toBe(true);
      expect(sizes.map((_, c) => clusters.filter((cluster) => cluster === c).length)).toEqual(sizes);
      clusters.forEach((cluster, i) => {
        const old = before.clusters[i]! * dimensions;
        expect([...ordered.subarray(cluster * dimensions, (cluster + 1) * dimensions)]).toEqual([
          ...flat(centroids).subarray(old, old + dimensions),
        ]);
      });
    }),
  );
});

test('of clusters of one size the one with the earlier document comes first', () => {
  const assignment = {
    clusters: Uint16Array.of(2, 0, 2, 0, 3),
    sizes: Uint32Array.of(2, 0, 2, 1),
    sums: new Float64Array(4),
    inertia: 0,
  };
  expect([...orderedClusters(Float32Array.of(10, 11, 12, 13), assignment).centroids]).toEqual([12, 10, 13]);
});
