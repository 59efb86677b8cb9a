/**
 * The n-grams whose probabilities are asked for, each the token of an item and the two before it. Counting a corpus
 * for these alone takes memory that doesn't grow with the corpus. Structured-cloneable.
 */
export type NeededNgrams = {
  /** Ids of the tokenizer are below it. */
  readonly vocabulary: number;
  readonly tokens: Uint32Array<ArrayBuffer>;
  /** The token before: index into `contexts`. */
  readonly context: Uint32Array<ArrayBuffer>;
  /** The two tokens before: index into `pairs`, or `noPair` at the beginning of a sequence. */
  readonly pair: Uint32Array<ArrayBuffer>;
  /** Distinct tokens that stand before one. */
  readonly contexts: Uint32Array<ArrayBuffer>;
  /** Distinct pairs of tokens that stand before one, as `first · vocabulary + second`. */
  readonly pairs: Float64Array<ArrayBuffer>;
};

/** The token has a single one before it, the mark of a beginning. */
export const noPair = 0xffffffff;

/** The tokens of an item, from the mark of its beginning on, and how many at the end are scored. */
export type ScoredSequence = { readonly tokens: ArrayLike<number>; readonly scored: number };

/** The items of one task, and how many tokens of theirs are scored in all. */
export type ScoredTask = { readonly scored: number; readonly sequences: Iterable<ScoredSequence> };

/**
 * What the scored tokens of these tasks need, task after task in their order.
 * @param most tokens of a task: of one with more, that many at even distances stand for all
 * @returns the n-grams, and how many of each task's tokens are among them
 * @throws RangeError where a sequence scores its first token, which has nothing before it, or a token is outside the
 * vocabulary
 */
export function neededNgrams(
  tasks: readonly ScoredTask[],
  vocabulary: number,
  most = Infinity,
): { readonly needed: NeededNgrams; readonly kept: readonly number[] } {
  const tokens: number[] = [];
  const context: number[] = [];
  const pair: number[] = [];
  const contexts = new Map<number, number>();
  const pairs = new Map<number, number>();
  const kept = tasks.map(({ scored, sequences }) => {
    const share = Math.min(1, most / scored);
    const before = tokens.length;
    let seen = 0;
    for (const sequence of sequences) {
      refuseStrays(sequence, vocabulary);
      const ids = sequence.tokens;
      for (let at = ids.length - sequence.scored; at < ids.length; at++, seen++) {
        if (Math.floor((seen + 1) * share) === Math.floor(seen * share)) continue;
        const last = ids[at - 1] as number;
        tokens.push(ids[at] as number);
        context.push(indexOf(contexts, last));
        pair.push(at < 2 ? noPair : indexOf(pairs, (ids[at - 2] as number) * vocabulary + last));
      }
    }
    return tokens.length - before;
  });
  const needed = {
    vocabulary,
    tokens: Uint32Array.from(tokens),
    context: Uint32Array.from(context),
    pair: Uint32Array.from(pair),
    contexts: Uint32Array.from(contexts.keys()),
    pairs: Float64Array.from(pairs.keys()),
  };
  return { needed, kept };
}

/** Index of a key in the order in which keys came first. */
function indexOf(indices: Map<number, number>, key: number): number {
  const known = indices.get(key);
  if (known !== undefined) return known;
  indices.set(key, indices.size);
  return indices.size - 1;
}

function refuseStrays({ tokens, scored }: ScoredSequence, vocabulary: number): void {
  if (!(scored >= 0 && scored < tokens.length)) {
    throw new RangeError(
      `a sequence of ${tokens.length} tokens can have all but its first scored, got ${scored}; put the mark of a beginning before each`,
    );
  }
  for (let at = 0; at < tokens.length; at++) {
    const id = tokens[at] as number;
    if (!(id < vocabulary)) {
      throw new RangeError(
        `token ${id} at place ${at} is none of the ${vocabulary} of the vocabulary; encode items and corpus with one tokenizer`,
      );
    }
  }
}
