import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bos, everySequence, madeStream, probabilitiesOf } from './made-text.ts';

const vocabulary = 6;
const sequences = everySequence(vocabulary);

/** The definition, counted naively: P of the last token given those before it, which are 0, 1 or 2. */
function reference(stream: readonly number[], tokens: readonly number[]): number {
  const order = tokens.length;
  if (order === 0) return 1 / vocabulary;
  const grams = stream.flatMap((_, at) => (at + order <= stream.length ? [stream.slice(at, at + order)] : []));
  const counts = new Map<string, number>();
  for (const gram of grams) counts.set(gram.join(' '), (counts.get(gram.join(' ')) ?? 0) + 1);
  const before = tokens.slice(0, -1).join(' ');
  const following = [...counts].filter(([gram]) => gram.split(' ').slice(0, -1).join(' ') === before);
  const total = following.reduce((sum, [, count]) => sum + count, 0);
  const shorter = reference(stream, order === 1 ? [] : tokens.slice(1));
  if (total === 0) return shorter;
  // Every context of the tests' vocabulary is needed: the discount is that of all n-grams.
  const times = (n: number) => [...counts.values()].filter((count) => count === n).length;
  const discount = (times(1) + 1) / (times(1) + 1 + 2 * (times(2) + 1));
  const seen = Math.max(0, (counts.get(tokens.join(' ')) ?? 0) - discount);
  return (seen + discount * following.length * shorter) / total;
}

const streams = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { minLength: 0, maxLength: 200 });

test('it is the interpolated model with absolute discounting, n-gram by n-gram', () => {
  fc.assert(
    fc.property(streams, fc.integer({ min: 0, max: sequences.length - 1 }), (ids, at) => {
      const found = probabilitiesOf(Uint16Array.from(ids), sequences, vocabulary);
      expect(found[at]).toBeCloseTo(reference(ids, [...Array.from(sequences[at]!.tokens)]), 6);
    }),
    { numRuns: 200 },
  );
});

test('the probabilities after any context sum to 1 over the vocabulary, and none is 0', () => {
  fc.assert(
    fc.property(streams, (ids) => {
      const found = probabilitiesOf(Uint16Array.from(ids), sequences, vocabulary);
      for (let first = 0; first < found.length; first += vocabulary) {
        const after = found.subarray(first, first + vocabulary);
        expect(after.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
        expect(Math.min(...after)).toBeGreaterThan(0);
      }
    }),
  );
});

test('known values: a a b a a b', () => {
  const stream = Uint16Array.from([1, 1, 2, 1, 1, 2]);
  const of = (...tokens: number[]) => probabilitiesOf(stream, sequences, vocabulary)[indexOf(tokens)];
  // Tokens: 1 four times, 2 twice: n₁ = 0, n₂ = 1, D = 1/5; over six tokens of the vocabulary (4 − .2 + .4/6) / 6.
  const single = [0, (4 - 0.2 + 0.4 / 6) / 6, (2 - 0.2 + 0.4 / 6) / 6];
  // Pairs: 11 and 12 twice, 21 once: n₁ = 1, n₂ = 2, D = 2/8.
  const afterOne = (2 - 0.25 + 0.25 * 2 * single[2]!) / 4;
  expect(of(bos, 2)).toBeCloseTo(single[2]!, 6); // nothing came after the mark of a beginning
  // Triples: 112 twice, 121 and 211 once: n₁ = 2, n₂ = 1, D = 3/7.
  expect(of(1, 1, 2)).toBeCloseTo((2 - 3 / 7 + (3 / 7) * afterOne) / 2, 6);
});

const indexOf = (tokens: readonly number[]) =>
  sequences.findIndex((sequence) => [...Array.from(sequence.tokens)].join() === tokens.join());

test('an empty cluster knows nothing: every token is as likely as another', () => {
  const found = probabilitiesOf(new Uint16Array(0), sequences, vocabulary);
  for (const p of found) expect(p).toBeCloseTo(1 / vocabulary, 6);
});

test('a stream of one token again and again, or of a single token, leaves room for others', () => {
  for (const ids of [[3], [3, 3, 3, 3, 3, 3, 3, 3]]) {
    const found = probabilitiesOf(Uint16Array.from(ids), sequences, vocabulary);
    expect(found.every((p) => p > 0 && p < 1)).toBe(true);
    expect(found[indexOf([3, 3, 3])]).toBeGreaterThan(found[indexOf([3, 3, 4])]!);
  }
});

test('the width of the ids makes no difference', () => {
  const ids = madeStream(2, 3000, 50);
  const some = [{ tokens: [bos, 3, 4, 5, 6], scored: 3 }];
  expect(probabilitiesOf(Uint32Array.from(ids), some, 50)).toEqual(probabilitiesOf(ids, some, 50));
  // A vocabulary whose pairs no 32-bit integer holds.
  const far = Uint32Array.from(ids, (id) => (id === bos ? bos : 900_000 + id));
  const needed = [{ tokens: [bos, 900_003, 900_004, 900_005, 900_006], scored: 3 }];
  expect([...probabilitiesOf(far, needed, 1_000_000)].every((p) => p > 0 && p <= 1)).toBe(true);
});

test('it learns: text of its own language is likelier than text of another, and three tokens say more than two', () => {
  const bits = (language: number, model: number) => {
    const sequence = { tokens: madeStream(language, 400, 40, 99), scored: 390 };
    const found = probabilitiesOf(madeStream(model, 20_000, 40), [sequence], 40);
    return found.reduce((sum, p) => sum - Math.log2(p), 0) / found.length;
  };
  expect(bits(1, 1)).toBeLessThan(3);
  expect(bits(1, 2)).toBeGreaterThan(5);
});

test('golden values', () => {
  const found = probabilitiesOf(madeStream(3, 5000, 40), [{ tokens: madeStream(3, 12, 40, 5), scored: 8 }], 40);
  expect([...found].map((p) => Number(p.toPrecision(6)))).toMatchInlineSnapshot(`
   [
     0.531122,
     0.30497,
     0.414716,
     0.364209,
     0.277747,
     0.240306,
     0.681736,
     0.315217,
   ]
  `);
});
