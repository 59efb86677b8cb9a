import type { Tree } from './tree.ts';

/** Rows whose features are already in bins. */
export type BinnedRows = {
  readonly count: number;
  /** [feature][row]: index of a bin. */
  readonly bins: readonly Uint16Array[];
  /** [feature][bin]: the largest value in the bin. */
  readonly bounds: readonly (readonly number[])[];
};

export type GrowthLimits = {
  readonly numLeaves: number;
  /** Below 1: no limit. */
  readonly maxDepth: number;
  readonly minDataInLeaf: number;
  readonly lambdaL1: number;
  readonly lambdaL2: number;
  readonly minGainToSplit: number;
};

type Split = {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
};
type Leaf = {
  readonly rows: readonly number[];
  readonly sum: number;
  readonly depth: number;
  /** Where its parent points to it. */
  readonly slot: { readonly node: number; readonly side: 'left' | 'right' } | null;
  readonly best: Split | null;
  /** Features with a split that gains: as in LightGBM, only these are tried below it. */
  readonly splittable: readonly number[];
};

/**
 * Grows one tree leaf-wise (Ke et al. 2017, LightGBM): the leaf whose best split gains most is split next. For squared
 * error the gain of a split is S(g)²/(n+λ₂) of either side less that of the leaf, where g is the sum of the gradients,
 * n the rows and S(g) = sign(g)·max(|g| − λ₁, 0); a leaf's value is −S(g)/(n+λ₂) (Chen and Guestrin 2016, 5–7).
 * Ties: the larger threshold, the lower feature, the older leaf, as LightGBM 4 breaks them.
 *
 * @param gradients one a row, single precision: their sums in double are exact, so that equal splits tie exactly and
 *                  the order of rows doesn't matter
 * @returns the tree and, for each row, the leaf that it fell into
 */
export function growTree(
  rows: BinnedRows,
  gradients: Float32Array,
  limits: GrowthLimits,
): { tree: Tree; leafOf: Uint32Array } {
  const features: number[] = [];
  const thresholds: number[] = [];
  const children: { left: number[]; right: number[] } = { left: [], right: [] };

  const leafFrom = (members: readonly number[], depth: number, slot: Leaf['slot'], tried: readonly number[]): Leaf => {
    const sum = members.reduce((total, row) => total + (gradients[row] as number), 0);
    const deep = limits.maxDepth > 0 && depth >= limits.maxDepth;
    const found = deep ? { best: null, splittable: [] } : bestSplit(rows, gradients, members, sum, tried, limits);
    return { rows: members, sum, depth, slot, ...found };
  };
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const leaves = [leafFrom(all, 0, null, [...rows.bins.keys()])];
  while (leaves.length < limits.numLeaves) {
    const next = mostGaining(leaves);
    if (next < 0) break;
    const { rows: members, depth, slot, best, splittable } = leaves[next] as Leaf;
    const { feature, bin } = best as Split;
    const node = features.length;
    features.push(feature);
    thresholds.push((rows.bounds[feature] as number[])[bin] as number);
    children.left.push(~next);
    children.right.push(~leaves.length);
    if (slot !== null) children[slot.side][slot.node] = node;
    const column = rows.bins[feature] as Uint16Array;
    const goesLeft = (row: number) => (column[row] as number) <= bin;
    const right = members.filter((row) => !goesLeft(row));
    leaves[next] = leafFrom(members.filter(goesLeft), depth + 1, { node, side: 'left' }, splittable);
    leaves.push(leafFrom(right, depth + 1, { node, side: 'right' }, splittable));
  }
  const leafOf = new Uint32Array(rows.count);
  leaves.forEach((leaf, index) => leaf.rows.forEach((row) => (leafOf[row] = index)));
  const values = leaves.map(({ rows: { length }, sum }) => -shrunk(sum, limits.lambdaL1) / (length + limits.lambdaL2));
  return { tree: { features, thresholds, ...children, values }, leafOf };
}

function mostGaining(leaves: readonly Leaf[]): number {
  return leaves.reduce((most, { best }, i) => {
    if (best === null) return most;
    return most < 0 || best.gain > ((leaves[most] as Leaf).best as Split).gain ? i : most;
  }, -1);
}

function bestSplit(
  { bins, bounds }: BinnedRows,
  gradients: Float32Array,
  members: readonly number[],
  sum: number,
  tried: readonly number[],
  { minDataInLeaf, lambdaL1, lambdaL2, minGainToSplit }: GrowthLimits,
): Pick<Leaf, 'best' | 'splittable'> {
  const least = Math.max(1, minDataInLeaf);
  if (members.length < 2 * least) return { best: null, splittable: [] };
  const worth = (gradient: number, count: number) => shrunk(gradient, lambdaL1) ** 2 / (count + lambdaL2);
  const unsplit = worth(sum, members.length) + minGainToSplit;
  let best: Split | null = null;
  const splittable: number[] = [];
  const largest = tried.reduce((most, feature) => Math.max(most, (bounds[feature] as readonly number[]).length), 0);
  const sums = new Float64Array(largest);
  const counts = new Uint32Array(largest);
  for (const feature of tried) {
    const column = bins[feature] as Uint16Array;
    const size = (bounds[feature] as readonly number[]).length;
    sums.fill(0, 0, size);
    counts.fill(0, 0, size);
    for (const row of members) {
      const bin = column[row] as number;
      sums[bin] = (sums[bin] as number) + (gradients[row] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
    let gains = false;
    let right = 0;
    let count = 0;
    for (let bin = size - 1; bin > 0; bin--) {
      // An empty bin leaves the rows where they are: the threshold above it has gained as much.
      if (counts[bin] === 0) continue;
      right += sums[bin] as number;
      count += counts[bin] as number;
      if (count < least) continue;
      if (members.length - count < least) break;
      const gain = worth(right, count) + worth(sum - right, members.length - count) - unsplit;
      if (gain > 0) gains = true;
      if (gain > (best?.gain ?? 0)) best = { gain, feature, bin: bin - 1 };
    }
    if (gains) splittable.push(feature);
  }
  return { best, splittable };
}

/** S: towards 0 by `by`. */
function shrunk(sum: number, by: number): number {
  return Math.sign(sum) * Math.max(0, Math.abs(sum) - by);
}
