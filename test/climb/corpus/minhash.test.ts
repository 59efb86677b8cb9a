import { describe, expect, test } from '@jest/globals';
import { bandKeys, bands } from '../../../climb/corpus/minhash.ts';
import { emptyWords, hashWords } from '../../../climb/corpus/word-hashes.ts';
import { stream } from '../../../climb/random.ts';

const noHash = new Uint32Array(4);

function keysOf(text: string, hash = noHash): Uint32Array {
  const words = emptyWords();
  hashWords(text, words);
  const keys = new Uint32Array(2 * bands);
  bandKeys(words, hash, keys);
  return keys;
}

function sharedBands(a: string, b: string): number {
  const [x, y] = [keysOf(a), keysOf(b)];
  return Array.from({ length: bands }, (_, band) => 2 * band).filter((at) => x[at] === y[at] && x[at + 1] === y[at + 1])
    .length;
}

/** Words without any order. */
function draw(seed: number, length: number): string[] {
  const draws = stream(seed, ['words']);
  return Array.from({ length }, () => `w${draws.integer(1_000_000)}`);
}

describe('texts', () => {
  test('that differ in case and punctuation alone agree in every band', () => {
    expect(sharedBands('The quick brown fox, jumps over!', 'the QUICK brown\nfox jumps  over')).toBe(bands);
    expect(sharedBands('Hello, world', 'hello world!')).toBe(bands);
  });

  test('that have nothing in common agree in none', () => {
    expect(sharedBands(draw(1, 400).join(' '), draw(2, 400).join(' '))).toBe(0);
  });

  test('are found as often as the formula says', () => {
    // Of n 5-grams each, those of the first part are shared: similarity s = shared / (2n - shared).
    const found = (similarity: number) => {
      const shared = Math.round((2 * 100 * similarity) / (1 + similarity));
      const pairs = Array.from({ length: 100 }, (_, pair) => {
        const common = draw(3 * pair, shared + 4);
        const tail = (at: number) => draw(3 * pair + at, 100 - shared);
        return sharedBands([...common, ...tail(1)].join(' '), [...common, ...tail(2)].join(' ')) > 0;
      });
      return pairs.filter(Boolean).length / pairs.length;
    };
    const formula = (similarity: number) => 1 - (1 - similarity ** 8) ** bands;
    for (const similarity of [0.5, 0.75, 0.9]) {
      // Four standard deviations of 100 draws, where they are widest.
      expect(Math.abs(found(similarity) - formula(similarity))).toBeLessThan(4 * Math.sqrt(0.25 / 100));
    }
  });

  test('without words are like no other', () => {
    expect(keysOf('?!', Uint32Array.of(1, 2, 3, 4))).not.toEqual(keysOf('...', Uint32Array.of(5, 6, 7, 8)));
  });
});
