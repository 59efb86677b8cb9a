/** What the clusters' n-gram models say of one task. */
export type NgramTask = {
  /** UTF-8 bytes of the continuations, as bits per byte count them. */
  readonly bytes: number;
  /** Row-major, tokens × clusters: each model's probability of each token of the right continuations, in (0, 1]. */
  readonly probabilities: Float32Array<ArrayBuffer>;
};

/**
 * What is known of every mixture before a proxy is trained: one n-gram model a cluster. A mixture of models is the
 * model of a mixture: its probability of a token is `Σ weight · probability`, linear in the weights, which makes the
 * bits per byte of any mixture cheap and their minimum easy to find. Structured-cloneable.
 */
export type NgramPrior = {
  readonly clusters: number;
  /** In the order of the searched tasks. */
  readonly tasks: readonly NgramTask[];
};

/** Tokens of the right continuations of a task. */
export function tokenCount({ probabilities }: NgramTask, clusters: number): number {
  return probabilities.length / clusters;
}
