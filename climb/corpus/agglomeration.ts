/** How far two groups are apart. */
export type Linkage = 'ward' | 'centroid';

export type AgglomerationInput = {
  /** Row-major, n × dimensions. */
  readonly points: Float32Array;
  readonly dimensions: number;
  /** How much each point counts, > 0; a unit of 1 leaves Ward's distance between single points their Euclidean one. */
  readonly weights: readonly number[];
  readonly linkage: Linkage;
  /** Groups at which merging ends. */
  readonly least: number;
  /** Nothing is merged that is as far apart as this. */
  readonly below: number;
};

/**
 * Merges the two nearest groups again and again. A group is its weight and its centroid: `centroid` is the distance of
 * the centroids; `ward` is √(2·w₁·w₂ / (w₁ + w₂)) times that, the growth of the sum of squares, on the scale of SciPy's
 * `ward` and ml-hclust's `ward2` (Ward 1963; Murtagh & Legendre 2014). Both follow from the centroids, so there is no
 * matrix of distances: memory grows with n, time about with n² (Müllner 2011, "generic" algorithm).
 * @returns members of each group, ascending; groups by their first member. Of equal distances the first pair is merged
 */
export function agglomerate({ points, dimensions, weights, linkage, least, below }: AgglomerationInput): number[][] {
  const n = weights.length;
  const centroids = Float64Array.from(points);
  const weight = Float64Array.from(weights);
  const members = weights.map((_, at) => [at]);
  // A merged group goes on under the lower of its two numbers; the others are struck off.
  let alive = weights.map((_, at) => at);
  const nearest = new Int32Array(n).fill(-1);
  const away = new Float64Array(n).fill(Infinity);
  /** 1 where the nearest was merged since: then `away` is a bound, and nothing is nearer than that. */
  const stale = new Uint8Array(n);

  const distance = (a: number, b: number) => {
    let sum = 0;
    for (let i = a * dimensions, j = b * dimensions, end = i + dimensions; i < end; i++, j++) {
      const difference = centroids[i]! - centroids[j]!;
      sum += difference * difference;
    }
    const [wa, wb] = [weight[a]!, weight[b]!];
    return Math.sqrt(linkage === 'ward' ? ((2 * wa * wb) / (wa + wb)) * sum : sum);
  };
  /** Each group knows the nearest of those that come after it. */
  const look = (group: number) => {
    nearest[group] = -1;
    away[group] = Infinity;
    stale[group] = 0;
    for (const other of alive) if (other > group) meet(group, other);
  };
  const meet = (group: number, other: number) => {
    const found = distance(group, other);
    if (found < away[group]! || (found === away[group]! && other < nearest[group]!)) {
      away[group] = found;
      nearest[group] = other;
      stale[group] = 0;
    }
  };
  const first = () => {
    let group = alive[0]!;
    for (const other of alive) if (away[other]! < away[group]!) group = other;
    return group;
  };

  for (const group of alive) look(group);
  while (alive.length > least) {
    const group = first();
    if (!(away[group]! < below)) break;
    if (stale[group] === 1) {
      look(group);
      continue;
    }
    const other = nearest[group]!;
    const share = weight[other]! / (weight[group]! + weight[other]!);
    for (let d = 0; d < dimensions; d++) {
      const at = group * dimensions + d;
      centroids[at]! += share * (centroids[other * dimensions + d]! - centroids[at]!);
    }
    weight[group]! += weight[other]!;
    members[group] = [...members[group]!, ...members[other]!].sort((a, b) => a - b);
    alive = alive.filter((one) => one !== other);
    look(group);
    for (const one of alive) {
      if (one === group) continue;
      // What it was nearest to has moved on: the bound stays, and it looks around when its turn comes.
      if (nearest[one] === group || nearest[one] === other) stale[one] = 1;
      if (one < group) meet(one, group);
    }
  }
  return alive.map((group) => members[group]!);
}
