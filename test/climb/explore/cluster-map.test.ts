import { describe, expect, test } from '@jest/globals';
import { clusterMap, type Point } from '../../../climb/explore/cluster-map.ts';
import { stream } from '../../../climb/random.ts';

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Points of a plane that lies askew in a space of many dimensions. */
function embedded(points: readonly Point[], dimensions: number): Float32Array {
  const draws = stream(3, ['plane']);
  const random = () => Array.from({ length: dimensions }, () => draws.normal());
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const first = unit(random());
  const other = random();
  const along = other.reduce((sum, x, d) => sum + x * first[d]!, 0);
  const second = unit(other.map((x, d) => x - along * first[d]!));
  return Float32Array.from(points.flatMap(([x, y]) => first.map((f, d) => 5 + x * f + y * second[d]!)));
}

function noise(n: number, dimensions: number, seed: number): Float32Array {
  const draws = stream(seed, ['noise']);
  return Float32Array.from({ length: n * dimensions }, () => draws.normal());
}

describe('clusterMap', () => {
  test.each([
    [3, 2],
    [12, 40],
    [60, 5],
    [300, 16],
  ])('%i points of a plane in %i dimensions keep their distances', (n, dimensions) => {
    const draws = stream(n, ['points']);
    const points = Array.from({ length: n }, (): Point => [3 * draws.normal(), draws.normal()]);
    const map = clusterMap(embedded(points, dimensions), dimensions);
    for (let i = 0; i < n; i += 7) {
      for (let j = 0; j < i; j++) expect(distance(map[i]!, map[j]!)).toBeCloseTo(distance(points[i]!, points[j]!), 2);
    }
  });

  test('lies around the origin, wider than high, the same every time', () => {
    const centroids = noise(80, 24, 1);
    const map = clusterMap(centroids, 24);
    const spread = (axis: 0 | 1) => map.reduce((sum, point) => sum + point[axis] ** 2, 0);
    expect(spread(0)).toBeGreaterThan(spread(1));
    for (const axis of [0, 1] as const) expect(map.reduce((sum, point) => sum + point[axis], 0)).toBeCloseTo(0, 1);
    expect(clusterMap(centroids.slice(), 24)).toEqual(map);
  });

  test('uses the plane better than the two strongest directions alone', () => {
    // Ten groups, each far from all others: a projection must lay some of them upon each other.
    const groups = 10;
    const around = noise(groups * 6, 32, 2);
    const centroids = around.map((x, at) => 0.05 * x + (at % 32 === Math.floor(at / 32) % groups ? 1 : 0));
    const map = clusterMap(centroids, 32);
    const group = (i: number) => i % groups;
    const nearest = map.map((point, i) => {
      const others = map.map((other, j) => (i === j ? Infinity : distance(point, other)));
      return others.indexOf(Math.min(...others));
    });
    expect(nearest.filter((j, i) => group(j) === group(i)).length).toBeGreaterThan(0.9 * map.length);
  });

  test.each([
    ['no cluster', 0, []],
    ['one', 1, [[0, 0]]],
  ])('%s', (_, n, map) => {
    expect(clusterMap(noise(n, 4, 1), 4)).toEqual(map);
  });

  test('twins lie together, two points on one line', () => {
    expect(clusterMap(Float32Array.from([1, 1, 1, 1, 1, 1]), 2)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const [a, b, c] = clusterMap(Float32Array.from([0, 0, 0, 0, 3, 4]), 2) as [Point, Point, Point];
    expect(distance(a, b)).toBeLessThan(0.05);
    expect(distance(a, c)).toBeCloseTo(5, 1);
    const line = clusterMap(Float32Array.from([-2, 0, 1]), 1);
    expect(line.map(([, y]) => y)).toEqual([0, 0, 0]);
  });
});
