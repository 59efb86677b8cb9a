import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { agnes, type Cluster } from 'ml-hclust';
import { agglomerate, type Linkage } from '../../../climb/corpus/agglomeration.ts';
import { stream } from '../../../climb/random.ts';

const dimensions = 3;

/** Points in general position: no two distances are equal, so that there is one right answer. */
function made(n: number, seed: number) {
  const draws = stream(seed, ['points', n]);
  const points = Float32Array.from({ length: n * dimensions }, () => draws.normal());
  return { points, weights: Array.from({ length: n }, () => 1 + draws.integer(9)) };
}
const rowsOf = (points: Float32Array) =>
  Array.from({ length: points.length / dimensions }, (_, at) => [
    ...points.subarray(at * dimensions, (at + 1) * dimensions),
  ]);
const once = (n: number) => new Array<number>(n).fill(1);
const inOrder = (groups: number[][]) =>
  groups.map((group) => group.toSorted((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);

/** Parts of ml-hclust's tree that are nearer together than `below`. */
function cut(tree: Cluster, below: number): number[][] {
  return tree.isLeaf || tree.height < below ? [tree.indices()] : tree.children.flatMap((child) => cut(child, below));
}

const several = fc.record({ n: fc.integer({ min: 2, max: 24 }), seed: fc.nat(1e6) });

test('Ward with equal weights is ml-hclust’s ward2, at every threshold', () => {
  fc.assert(
    fc.property(several, fc.double({ min: 0.05, max: 6, noNaN: true }), ({ n, seed }, below) => {
      const { points } = made(n, seed);
      const tree = agnes(rowsOf(points), { method: 'ward2' });
      const found = agglomerate({ points, dimensions, weights: once(n), linkage: 'ward', least: 1, below });
      expect(found).toEqual(inOrder(cut(tree, below)));
    }),
  );
});

/** By trying all pairs of groups, from the points themselves. */
function byBruteForce(
  points: Float32Array,
  weights: readonly number[],
  linkage: Linkage,
  least: number,
  below: number,
) {
  const rows = rowsOf(points);
  const weightOf = (group: readonly number[]) => group.reduce((sum, at) => sum + weights[at]!, 0);
  const centre = (group: readonly number[]) =>
    Array.from(
      { length: dimensions },
      (_, d) => group.reduce((sum, at) => sum + weights[at]! * rows[at]![d]!, 0) / weightOf(group),
    );
  const scatter = (group: readonly number[]) => {
    const mean = centre(group);
    return group.reduce(
      (sum, at) => sum + weights[at]! * rows[at]!.reduce((all, x, d) => all + (x - mean[d]!) ** 2, 0),
      0,
    );
  };
  const apart = (a: number[], b: number[]) =>
    linkage === 'ward'
      ? Math.sqrt(2 * (scatter([...a, ...b]) - scatter(a) - scatter(b)))
      : Math.hypot(...centre(a).map((x, d) => x - centre(b)[d]!));
  let groups = rows.map((_, at) => [at]);
  while (groups.length > least) {
    const pairs = groups.flatMap((a, i) => groups.slice(i + 1).map((b) => ({ a, b, distance: apart(a, b) })));
    const best = pairs.reduce((one, other) => (other.distance < one.distance ? other : one));
    if (best.distance >= below) break;
    groups = [...groups.filter((group) => group !== best.a && group !== best.b), [...best.a, ...best.b]];
  }
  return inOrder(groups);
}

test('by weights, Ward’s distance and that of the centroids do what trying all pairs does', () => {
  fc.assert(
    fc.property(
      fc.record({ n: fc.integer({ min: 2, max: 10 }), seed: fc.nat(1e6) }),
      fc.constantFrom<Linkage>('ward', 'centroid'),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0.3, max: 8, noNaN: true }),
      ({ n, seed }, linkage, least, below) => {
        const { points, weights } = made(n, seed);
        expect(agglomerate({ points, dimensions, weights, linkage, least, below })).toEqual(
          byBruteForce(points, weights, linkage, least, below),
        );
      },
    ),
  );
});

test('single points are as far apart as they are: what is nearer than the threshold merges, what is as far doesn’t', () => {
  const two = { points: Float32Array.of(0, 0, 0, 3, 4, 0), dimensions, weights: once(2), least: 1 };
  for (const linkage of ['ward', 'centroid'] as const) {
    expect(agglomerate({ ...two, linkage, below: 5 })).toEqual([[0], [1]]);
    expect(agglomerate({ ...two, linkage, below: 5.001 })).toEqual([[0, 1]]);
  }
});

test('points on one place merge first, the first pair of equal ones first', () => {
  const points = Float32Array.of(0, 0, 0, 0);
  expect(agglomerate({ points, dimensions: 1, weights: once(4), linkage: 'ward', least: 3, below: 1 })).toEqual([
    [0, 1],
    [2],
    [3],
  ]);
});

test('no points are no groups', () => {
  const none = { points: new Float32Array(), dimensions, weights: [] };
  expect(agglomerate({ ...none, linkage: 'ward', least: 1, below: 1 })).toEqual([]);
});
