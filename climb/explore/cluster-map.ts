import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Of a plane. */
export type Point = readonly [x: number, y: number];

/** More points than this are shown where their two strongest directions put them: all pairs would take minutes. */
const mostPairs = 3_000 ** 2;

/** Clusters, the largest, that the first directions follow from: an eigendecomposition takes the cube of them. */
const mostDirecting = 256;

/** Sweeps end when one lowers the stress by less than this share, or after so many. */
const tolerance = 1e-4;
const mostSweeps = 200;

/** Digits that a picture can show; the last bits of a double are noise of the library. */
const digits = 1e4;

/**
 * Points of a high-dimensional space in a plane, so that near ones stay near: principal components, then stress
 * majorisation with weights d⁻² (Gansner, Koren, North 2005: localised, point after point in index order), turned so
 * that the picture is wider than high. The same centroids give the same map.
 * @param centroids row-major, n × dimensions, finite
 * @returns n points around the origin; their distances are about those of the centroids
 */
export function clusterMap(centroids: Float32Array, dimensions: number): Point[] {
  const n = centroids.length / dimensions;
  if (n < 2) return Array.from({ length: n }, () => [0, 0] as const);
  const start = principalPlane(centroids, n, dimensions);
  if (n ** 2 <= mostPairs) settle(start, distances(centroids, n, dimensions), n);
  return turned(start, n).map(([x, y]) => [rounded(x), rounded(y)]);
}

// `+ 0`: a coordinate of -0 would be another JSON.
const rounded = (value: number) => Math.round(value * digits) / digits + 0;

/**
 * The two strongest principal directions of the largest clusters, and where all lie along them.
 * @returns n × 2, row-major
 */
function principalPlane(centroids: Float32Array, n: number, dimensions: number): Float64Array {
  const all = Matrix.from1DArray(n, dimensions, centroids).center('column');
  const some = all.subMatrix(0, Math.min(n, mostDirecting) - 1, 0, dimensions - 1);
  const byPoint = some.rows < dimensions;
  // Either Gram matrix has the directions; the smaller is quick.
  const gram = byPoint ? some.mmul(some.transpose()) : some.transpose().mmul(some);
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const plane = new Float64Array(2 * n);
  for (const axis of [0, 1]) {
    // Eigenvalues ascend.
    const at = realEigenvalues.length - 1 - axis;
    if (at < 0) continue;
    const vector = Matrix.columnVector(eigenvectorMatrix.getColumn(at));
    const direction = byPoint ? some.transpose().mmul(vector) : vector;
    const length = direction.norm();
    const scores = all.mmul(direction);
    for (let i = 0; i < n; i++) plane[2 * i + axis] = length === 0 ? 0 : scores.get(i, 0) / length;
  }
  return plane;
}

/** @returns n × n, row-major */
function distances(centroids: Float32Array, n: number, dimensions: number): Float32Array {
  const found = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let d = 0; d < dimensions; d++)
        square += (centroids[i * dimensions + d]! - centroids[j * dimensions + d]!) ** 2;
      found[i * n + j] = found[j * n + i] = Math.sqrt(square);
    }
  }
  return found;
}

/** Moves the points of the plane to where each one's distances to all others want it, until that changes little. */
function settle(plane: Float64Array, wanted: Float32Array, n: number): void {
  const mean = wanted.reduce((sum, distance) => sum + distance, 0) / (n * (n - 1));
  if (mean === 0) return;
  // Twins would have infinite weight.
  const nearest = mean / 100;
  let before = Infinity;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let stress = 0;
    for (let i = 0; i < n; i++) {
      let [x, y, weights] = [0, 0, 0];
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const distance = wanted[i * n + j]!;
        const weight = 1 / Math.max(distance, nearest) ** 2;
        const [dx, dy] = [plane[2 * i]! - plane[2 * j]!, plane[2 * i + 1]! - plane[2 * j + 1]!];
        const shown = Math.sqrt(dx * dx + dy * dy);
        const stretch = shown > 0 ? distance / shown : 0;
        x += weight * (plane[2 * j]! + stretch * dx);
        y += weight * (plane[2 * j + 1]! + stretch * dy);
        weights += weight;
        stress += weight * (shown - distance) ** 2;
      }
      plane[2 * i] = x / weights;
      plane[2 * i + 1] = y / weights;
    }
    if (stress > before * (1 - tolerance)) return;
    before = stress;
  }
}

/** Centred, its longer axis horizontal, the first point that lies off an axis on its positive side. */
function turned(plane: Float64Array, n: number): [number, number][] {
  const points = Array.from({ length: n }, (_, i): [number, number] => [plane[2 * i]!, plane[2 * i + 1]!]);
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / n;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const [xx, yy, xy] = [
    mean(([x]) => (x - mx) ** 2),
    mean(([, y]) => (y - my) ** 2),
    mean(([x, y]) => (x - mx) * (y - my)),
  ];
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const flat = points.map(([x, y]): [number, number] => [
    (x - mx) * cos + (y - my) * sin,
    (y - my) * cos - (x - mx) * sin,
  ]);
  const sign = (axis: 0 | 1) => Math.sign(flat.find((point) => Math.abs(point[axis]) > 1e-9)?.[axis] ?? 1);
  const [sx, sy] = [sign(0), sign(1)];
  return flat.map(([x, y]) => [sx * x, sy * y]);
}
