import type { WordRuns } from './word-runs.ts';

/** Shares of a text's word characters, by the number of words in a row. */
export type GramShares = {
  /** In all occurrences of the n-gram that fills most of the text, if it occurs twice: n = 2, 3, 4. */
  readonly top: readonly number[];
  /** In n-grams that stood there before, none counted twice: n = 5 to 10. */
  readonly repeated: readonly number[];
};

const topSizes = 4;
const repeatedSizes = 10;

/**
 * How much of a text is said again (Rae et al. 2021, A.1.1). Only where an n-gram occurs twice can one of n + 1 words do
 * so, hence each size looks at few places more than the last found. N-grams are told apart by a 32-bit hash: of 20,000
 * words one in twenty texts has a single false match, a ten-thousandth of its characters.
 */
export function repeatedGrams({ count, hashes, starts }: WordRuns): GramShares {
  const all = Math.max(1, starts[count]!);
  const top: number[] = [];
  const repeated: number[] = [];
  const grams = hashes.slice(0, count);
  const places = grams.map((_, at) => at);
  const slots = new Uint32Array(count);
  const table = { keys: new Uint32Array(sizeFor(count)), times: new Uint32Array(sizeFor(count)) };
  let left = count;
  for (let n = 2; n <= repeatedSizes; n++) {
    while (left > 0 && places[left - 1]! + n > count) left--;
    for (let i = 0; i < left; i++) grams[places[i]!] = extended(grams[places[i]!]!, hashes[places[i]! + n - 1]!);
    const { times } = table;
    countGrams(table, grams, places.subarray(0, left), slots);
    const characters = (place: number) => starts[place + n]! - starts[place]!;
    let most = 0;
    let again = 0;
    let free = 0;
    let kept = 0;
    for (let i = 0; i < left; i++) {
      const place = places[i]!;
      const slot = slots[i]!;
      if (times[slot]! === 1) continue;
      most = Math.max(most, (times[slot]! & ~seen) * characters(place));
      if (place >= free) {
        if ((times[slot]! & seen) !== 0) {
          again += characters(place);
          free = place + n;
        } else times[slot]! |= seen;
      }
      places[kept++] = place;
    }
    left = kept;
    // Occurrences of one n-gram may overlap, as in "ha ha ha".
    if (n <= topSizes) top.push(Math.min(1, most / all));
    else repeated.push(again / all);
  }
  return { top, repeated };
}

/** Marks a count whose n-gram was passed. */
const seen = 0x8000_0000;

type Table = { readonly keys: Uint32Array; readonly times: Uint32Array };

const sizeFor = (grams: number) => 2 ** Math.ceil(Math.log2(2 * grams + 2));

/** How often each n-gram occurs, by slots of a hash table with linear probing; `slots` gets that of each place. */
function countGrams({ keys, times }: Table, grams: Uint32Array, places: Uint32Array, slots: Uint32Array): void {
  const size = sizeFor(places.length);
  keys.fill(0, 0, size);
  times.fill(0, 0, size);
  for (let i = 0; i < places.length; i++) {
    const gram = grams[places[i]!]!;
    let slot = gram & (size - 1);
    while (keys[slot] !== 0 && keys[slot] !== gram) slot = (slot + 1) & (size - 1);
    keys[slot] = gram;
    times[slot]!++;
    slots[i] = slot;
  }
}

/** The hash of an n-gram with one more word; never 0, which stands for an empty slot. */
function extended(gram: number, word: number): number {
  const mixed = (Math.imul(gram, 0x9e3779b1) + word) | 0;
  return (mixed ^ (mixed >>> 15)) >>> 0 || 1;
}
