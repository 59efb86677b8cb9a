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

/** The assignment of consecutive blocks as one; they are added in their order, so that it has the same bits every time. */
export class JoinedAssignment implements Assignment {
  readonly clusters: Uint16Array;
  readonly sizes: Uint32Array;
  readonly sums: Float64Array;
  inertia = 0;
  #rows = 0;

  /** @param rows of all blocks */
  constructor(rows: number, k: number, dimensions: number) {
    this.clusters = new Uint16Array(rows);
    this.sizes = new Uint32Array(k);
    this.sums = new Float64Array(k * dimensions);
  }

  add(block: Assignment): void {
    this.clusters.set(block.clusters, this.#rows);
    this.#rows += block.clusters.length;
    for (let cluster = 0; cluster < this.sizes.length; cluster++) this.sizes[cluster]! += block.sizes[cluster]!;
    for (let at = 0; at < this.sums.length; at++) this.sums[at]! += block.sums[at]!;
    this.inertia += block.inertia;
  }
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
