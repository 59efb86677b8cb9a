import { expect, test } from '@jest/globals';
import { neededNgrams, noPair } from '../../../climb/ngram/needed-ngrams.ts';

test('each scored token comes with the one and the two before it, contexts named once', () => {
  const sequences = [
    { tokens: [0, 5, 7, 7, 7], scored: 3 },
    { tokens: [0, 5], scored: 1 },
    { tokens: [0, 5, 7], scored: 0 },
  ];
  const { needed, kept } = neededNgrams([{ scored: 4, sequences }], 10);
  expect(kept).toEqual([4]);
  expect([...needed.tokens]).toEqual([7, 7, 7, 5]);
  expect([...needed.contexts]).toEqual([5, 7, 0]);
  expect([...needed.context]).toEqual([0, 1, 1, 2]);
  expect([...needed.pairs]).toEqual([5, 57, 77]);
  expect([...needed.pair]).toEqual([0, 1, 2, noPair]);
});

test('tasks follow each other; of one that is too large tokens at even distances stand for it', () => {
  const item = { tokens: [0, 1, 2, 3, 4], scored: 4 };
  const task = (items: number) => ({ scored: 4 * items, sequences: Array.from({ length: items }, () => item) });
  const { needed, kept } = neededNgrams([task(1), task(100), task(2)], 10, 10);
  expect(kept).toEqual([4, 10, 8]);
  expect(needed.tokens).toHaveLength(22);
  expect([...needed.tokens.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
});

test('what can only be a mistake is refused', () => {
  const one = (tokens: number[], scored: number) => neededNgrams([{ scored, sequences: [{ tokens, scored }] }], 10);
  expect(() => one([0, 1], 2)).toThrow('a sequence of 2 tokens can have all but its first scored, got 2');
  expect(() => one([], 0)).toThrow('a sequence of 0 tokens');
  expect(() => one([0, 10], 1)).toThrow('token 10 at place 1 is none of the 10 of the vocabulary');
  expect(() => one([0, NaN], 1)).toThrow('token NaN');
});
