/** How often which token followed which context. */
export type Successors = {
  /** Of each context: how many tokens followed, and how many different ones. */
  readonly followed: Uint32Array;
  readonly distinct: Uint32Array;
  /** What absolute discounting takes off every count, in (0, 1). */
  readonly discount: number;
  /** How often `token` followed the context with this index. */
  readonly count: (context: number, token: number) => number;
};

/**
 * Counts what follows the contexts of a stream. Pairs of context and token are sorted and runs counted: the order of
 * the stream can't matter, and memory is eight bytes a token, whatever the number of distinct pairs.
 *
 * @param contextBefore index of the context that ends before a place of the stream, or -1
 * @param contexts      how many there are
 * @param vocabulary    tokens are below it
 */
export function countSuccessors(
  stream: Uint16Array | Uint32Array,
  contextBefore: (place: number) => number,
  contexts: number,
  vocabulary: number,
): Successors {
  const pairs = new Float64Array(stream.length);
  let length = 0;
  for (let place = 0; place < stream.length; place++) {
    const context = contextBefore(place);
    if (context >= 0) pairs[length++] = context * vocabulary + (stream[place] as number);
  }
  pairs.subarray(0, length).sort();

  const counts = new Uint32Array(length);
  const followed = new Uint32Array(contexts);
  const distinct = new Uint32Array(contexts);
  const ofCounts = [0, 0, 0];
  let runs = 0;
  for (let at = 0; at < length;) {
    const pair = pairs[at] as number;
    const from = at;
    while (at < length && pairs[at] === pair) at++;
    const context = Math.floor(pair / vocabulary);
    const times = at - from;
    pairs[runs] = pair;
    counts[runs++] = times;
    followed[context]! += times;
    distinct[context]!++;
    if (times <= 2) ofCounts[times]!++;
  }
  const keys = pairs.subarray(0, runs);
  return {
    followed,
    distinct,
    discount: absoluteDiscount(ofCounts[1] as number, ofCounts[2] as number),
    count: (context, token) => {
      const found = lowerBound(keys, context * vocabulary + token);
      return keys[found] === context * vocabulary + token ? (counts[found] as number) : 0;
    },
  };
}

/**
 * n₁ / (n₁ + 2 n₂), of how many n-grams occurred once and twice: the leaving-one-out estimate of Ney, Essen and Kneser
 * 1994 (equation 19), as Chen and Goodman 1999 use it. One more of each makes no difference to a corpus and keeps the
 * discount inside (0, 1) where there is none: at 0 what was never seen would be impossible.
 */
export function absoluteDiscount(once: number, twice: number): number {
  return (once + 1) / (once + 1 + 2 * (twice + 1));
}

/** Index of the first of the sorted keys that isn't below `key`. */
function lowerBound(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
