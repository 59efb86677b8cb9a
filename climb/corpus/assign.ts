import type { Assignment } from './assignment.ts';
import { eachProducts, panelOf } from './pair-products.ts';

/**
 * Nearest centroid of every vector, by the largest x·c − |c|²/2.
 * @param vectors row-major, n × dimensions, all finite
 * @param centroids row-major, k × dimensions, k ≤ 65,535
 */
export function assignVectors({
  vectors,
  centroids,
  dimensions,
}: {
  vectors: Float32Array;
  centroids: Float32Array;
  dimensions: number;
}): Assignment {
  const k = centroids.length / dimensions;
  const panel = panelOf(centroids, dimensions);
  const half = panel.squares.map((square) => square / 2);
  const clusters = new Uint16Array(vectors.length / dimensions);
  const sizes = new Uint32Array(k);
  const sums = new Float64Array(k * dimensions);
  let inertia = 0;
  eachProducts(vectors, panel, (row, square, products, from) => {
    let cluster = 0;
    let best = -Infinity;
    for (let j = 0; j < k; j++) {
      const score = products[from + j]! - half[j]!;
      if (score > best) {
        best = score;
        cluster = j;
      }
    }
    clusters[row] = cluster;
    sizes[cluster]!++;
    for (let d = 0; d < dimensions; d++) sums[cluster * dimensions + d]! += vectors[row * dimensions + d]!;
    inertia += Math.max(0, square - 2 * best);
  });
  return { clusters, sizes, sums, inertia };
}
