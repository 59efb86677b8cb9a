import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { repeatedGrams } from '../../../../climb/corpus/quality/repeated-grams.ts';
import { hashOf, wordRuns } from '../../../../climb/corpus/quality/word-runs.ts';

/** As the paper says it, word by word and slowly. */
function plainly(words: readonly string[]) {
  const all = Math.max(1, words.join('').length);
  const gram = (n: number, at: number) => words.slice(at, at + n);
  const top = [2, 3, 4].map((n) => {
    const times = new Map<string, number>();
    for (let at = 0; at + n <= words.length; at++) {
      const key = gram(n, at).join(' ');
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    const shares = [...times]
      .filter(([, count]) => count > 1)
      .map(([key, count]) => count * key.replace(/ /g, '').length);
    return Math.min(1, Math.max(0, ...shares) / all);
  });
  const repeated = [5, 6, 7, 8, 9, 10].map((n) => {
    const seen = new Set<string>();
    let characters = 0;
    for (let at = 0; at + n <= words.length;) {
      const key = gram(n, at).join(' ');
      if (seen.has(key)) {
        characters += gram(n, at).join('').length;
        at += n;
      } else {
        seen.add(key);
        at++;
      }
    }
    return characters / all;
  });
  return { top, repeated };
}

test('the same shares as counted plainly', () => {
  const word = fc.constantFrom('a', 'bb', 'ccc', 'the', 'whale');
  const phrases = fc.array(
    fc.oneof(fc.array(word, { maxLength: 3 }), fc.constant('one two six of the ten by an eel in'.split(' '))),
  );
  fc.assert(
    fc.property(phrases, (parts) => {
      const words = parts.flat();
      expect(repeatedGrams(wordRuns(words.join(' ')))).toEqual(plainly(words));
    }),
    { numRuns: 500 },
  );
});

test('no words, no shares', () =>
  expect(repeatedGrams(wordRuns('...'))).toEqual({ top: [0, 0, 0], repeated: [0, 0, 0, 0, 0, 0] }));

test('words are runs of letters and digits in lower case, of scripts without spaces two characters', () => {
  const words = (text: string) => {
    const { count, hashes, starts } = wordRuns(text);
    return [...hashes]
      .map((hash, at) => [hash, starts[at + 1]! - starts[at]!] satisfies [number, number])
      .slice(0, count);
  };
  const expected = (...parts: string[]) => parts.map((part) => [hashOf(part), part.length]);
  expect(words("Don't stop, Café 42!")).toEqual(expected('don', 't', 'stop', 'café', '42'));
  expect(words('道可道，非常道abc')).toEqual(expected('道可', '道', '非常', '道', 'abc'));
  expect(words('')).toEqual([]);
  expect(wordRuns('b '.repeat(200_000)).count).toBe(200_000);
});
