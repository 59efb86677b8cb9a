import { stream } from '../random.ts';
import { mixed, type WordHashes } from './word-hashes.ts';

/**
 * MinHash as FineWeb has it (Penedo et al. 2024, arXiv 2406.17557, after Broder 1997): word 5-grams, 14 bands of 8
 * hashes. Two texts that share the part s of their 5-grams agree in a band with probability 1 − (1 − s^8)^14: .77 at
 * s = .75, .06 at .5.
 */
const gram = 5;
export const bands = 14;
const rows = 8;
const hashes = bands * rows;

const draws = stream(0, ['minhash']);
/** x → factor × x + shift modulo 2^32, a permutation where the factor is odd. */
const factors = Int32Array.from({ length: hashes }, () => draws.integer(2 ** 31) * 2 + 1);
const shifts = Int32Array.from({ length: hashes }, () => draws.integer(2 ** 31) * 2 + draws.integer(2));

const least = new Int32Array(hashes);

/**
 * What a text is found by among those like it. A text of fewer than five words is one n-gram of them all.
 * @param hash of the text: its keys, where it has no words and so is like no other
 * @param keys two uint32 for each band, filled here
 */
export function bandKeys(words: WordHashes, hash: Uint32Array, keys: Uint32Array): void {
  if (words.count === 0) {
    for (let band = 0; band < bands; band++) keys.set(hash.subarray(0, 2), 2 * band);
    return;
  }
  least.fill(0x7fffffff);
  const length = Math.min(gram, words.count);
  for (let start = 0; start + length <= words.count; start++) {
    let shingle = 0;
    for (let word = start; word < start + length; word++) {
      shingle = (Math.imul(shingle, 0x01000193) + (words.first[word] as number)) | 0;
    }
    shingle = mixed(shingle);
    for (let k = 0; k < hashes; k++) {
      const permuted = (Math.imul(shingle, factors[k] as number) + (shifts[k] as number)) | 0;
      if (permuted < (least[k] as number)) least[k] = permuted;
    }
  }
  for (let band = 0; band < bands; band++) {
    let first = band + 1;
    let second = ~band;
    for (let row = band * rows; row < (band + 1) * rows; row++) {
      first = mixed(Math.imul(first, 0x01000193) ^ (least[row] as number));
      second = mixed(Math.imul(second, 0x9e3779b1) + (least[row] as number));
    }
    keys[2 * band] = first;
    keys[2 * band + 1] = second;
  }
}
