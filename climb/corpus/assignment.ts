/** Which cluster each vector of a block is nearest to, and what the next step of k-means needs to know of it. */
export type Assignment = {
  /** Index of the nearest centroid of each vector; of equally near ones the first. */
  readonly clusters: Uint16Array;
  /** Vectors a cluster. */
  readonly sizes: Uint32Array;
  /** Row-major, k × dimensions: the sum of each cluster's vectors. */
  readonly sums: Float64Array;
  /** Sum of squared distances to the nearest centroid. */
  readonly inertia: number;
};

/** The assignment of consecutive blocks as one; added up in their order, so that it has the same bits every time. */
export function joinAssignments(blocks: readonly Assignment[]): Assignment {
  const clusters = new Uint16Array(blocks.reduce((sum, block) => sum + block.clusters.length, 0));
  const sizes = new Uint32Array(blocks[0]?.sizes.length ?? 0);
  const sums = new Float64Array(blocks[0]?.sums.length ?? 0);
  let inertia = 0;
  let first = 0;
  for (const block of blocks) {
    clusters.set(block.clusters, first);
    block.sizes.forEach((size, cluster) => (sizes[cluster]! += size));
    block.sums.forEach((sum, at) => (sums[at]! += sum));
    inertia += block.inertia;
    first += block.clusters.length;
  }
  return { clusters, sizes, sums, inertia };
}

/** Lloyd's step: each centroid moves to the mean of its vectors; one without vectors stays. Row-major, k × dimensions. */
export function movedCentroids(centroids: Float32Array, { sizes, sums }: Assignment): Float32Array {
  const dimensions = centroids.length / sizes.length;
  return centroids.map((old, at) => {
    const size = sizes[Math.floor(at / dimensions)]!;
    return size === 0 ? old : sums[at]! / size;
  });
}

/** Clusters without a vector dropped, the others by falling size, of equal size by their first vector. */
export function orderedClusters(
  centroids: Float32Array,
  { clusters, sizes }: Assignment,
): { centroids: Float32Array; clusters: Uint16Array; sizes: number[] } {
  const dimensions = centroids.length / sizes.length;
  const first = new Map<number, number>();
  clusters.forEach((cluster, row) => first.has(cluster) || first.set(cluster, row));
  const order = [...first.keys()].sort((a, b) => sizes[b]! - sizes[a]! || first.get(a)! - first.get(b)!);
  const ordered = new Float32Array(order.length * dimensions);
  const renamed = new Uint16Array(sizes.length);
  order.forEach((old, index) => {
    renamed[old] = index;
    ordered.set(centroids.subarray(old * dimensions, (old + 1) * dimensions), index * dimensions);
  });
  return { centroids: ordered, clusters: clusters.map((old) => renamed[old]!), sizes: order.map((old) => sizes[old]!) };
}
