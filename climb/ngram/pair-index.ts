/** A hash table from pairs of tokens to their indices; a Map would take five times as long on a corpus. */
export type PairIndex = (first: number, second: number) => number;

/**
 * @param pairs distinct, as `first · vocabulary + second`
 * @returns the index of a pair, -1 for one that isn't there
 */
export function pairIndex(pairs: Float64Array, vocabulary: number): PairIndex {
  const size = 1 << Math.max(1, Math.ceil(Math.log2(2 * pairs.length + 1)));
  const mask = size - 1;
  const slots = new Int32Array(size).fill(-1);
  pairs.forEach((pair, index) => {
    let slot = hash(Math.floor(pair / vocabulary), pair % vocabulary) & mask;
    while (slots[slot] !== -1) slot = (slot + 1) & mask;
    slots[slot] = index;
  });
  return (first, second) => {
    const pair = first * vocabulary + second;
    for (let slot = hash(first, second) & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot] as number;
      if (index === -1 || pairs[index] === pair) return index;
    }
  };
}

/** Mixes two integers (multipliers of xxHash, github.com/Cyan4973/xxHash). */
function hash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae3d) >>> 7;
}
