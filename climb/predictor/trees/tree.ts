/**
 * A regression tree as plain JSON. Node 0 is the root; a row goes left where its feature is at most the threshold.
 * A child below 0 is a leaf: ~child is its index in `values`. A tree of one leaf has no nodes.
 */
export type Tree = {
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly values: readonly number[];
};

/** The value of the leaf that the row falls into. */
export function leafValue({ features, thresholds, left, right, values }: Tree, row: readonly number[]): number {
  let at = features.length > 0 ? 0 : ~0;
  while (at >= 0) {
    const isLeft = (row[features[at] as number] as number) <= (thresholds[at] as number);
    at = (isLeft ? left : right)[at] as number;
  }
  return values[~at] as number;
}
