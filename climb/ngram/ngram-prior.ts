import type { Ref } from '../artifact.ts';

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

/** Artifact: the prior, its tables in files of their own. */
export type StoredNgramPrior = {
  readonly schema: 1;
  readonly kind: 'ngram-prior';
  /** Those of the token shards, in their order. */
  readonly clusters: readonly string[];
  readonly tasks: readonly {
    readonly bytes: number;
    readonly tokens: number;
    /** float32, little-endian, row-major, tokens × clusters. */
    readonly probabilities: Ref;
  }[];
};

/** Tokens of the right continuations of a task. */
export function tokenCount({ probabilities }: NgramTask, clusters: number): number {
  return probabilities.length / clusters;
}

/** Most cells of all tables together, 128 MiB: with more tokens than that, some at even distances stand for all. */
const MOST_CELLS = 1 << 25;

/** Tokens of a task that a prior holds at most. */
export function mostTokens(tasks: number, clusters: number): number {
  return Math.max(1, Math.floor(MOST_CELLS / tasks / clusters));
}

/**
 * The tables of the tasks from the clusters' columns.
 * @param columns [cluster], each the probabilities of all tasks' tokens, one task after another
 * @param tasks   bytes of each and how many tokens of each are in the columns
 */
export function tabulate(
  columns: readonly Float32Array[],
  tasks: readonly { readonly bytes: number; readonly tokens: number }[],
): NgramPrior {
  const clusters = columns.length;
  let first = 0;
  return {
    clusters,
    tasks: tasks.map(({ bytes, tokens }) => {
      const probabilities = new Float32Array(tokens * clusters);
      columns.forEach((column, c) => {
        for (let row = 0; row < tokens; row++) probabilities[row * clusters + c] = column[first + row] as number;
      });
      first += tokens;
      return { bytes, probabilities };
    }),
  };
}
