import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countFeatures, featureCount } from '../../../climb/corpus/text-features.ts';
import { distinctWords } from '../../../climb/corpus/words.ts';

/** Column → count of each row. */
const rowsOf = ({ offsets, columns, values }: ReturnType<typeof countFeatures>) =>
  Array.from(
    { length: offsets.length - 1 },
    (_, row) =>
      new Map(
        [...columns.subarray(offsets[row], offsets[row + 1])].map((column, at) => [
          column,
          values[offsets[row]! + at]!,
        ]),
      ),
  );

test('golden features: a change here is a change of every embedding', () => {
  expect([...countFeatures(['Whale oil, whale bone']).columns]).toEqual([26358, 45571, 14879]);
});

test('words are counted whatever their case, without stop words, digits, initials and encoded data', () => {
  const [plain, same] = rowsOf(
    countFeatures(['whale ship whale', `The WHALE's 1851 a b Whale & the ship ${'x'.repeat(33)}`]),
  );
  expect(same).toEqual(plain);
  expect([...plain!.values()]).toEqual([2, 1]);
});

test('accented and other letters make words', () => {
  expect([...distinctWords('Élan vital, ЧАЙ чай и кофе')]).toEqual(['élan', 'vital', 'чай', 'кофе']);
});

test('the distinct words of a text are what its features count', () => {
  const word = fc.stringMatching(/^[a-zA-Z]{1,6}$/);
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 30 }), { maxLength: 4 }), (documents) => {
      const texts = documents.map((words) => words.join(' , '));
      const rows = rowsOf(countFeatures(texts));
      expect(rows).toHaveLength(texts.length);
      rows.forEach((row, at) => {
        // Two words may share a feature, but hardly any do.
        expect(row.size).toBeLessThanOrEqual(distinctWords(texts[at]!).size);
        expect(row.size).toBeGreaterThanOrEqual(distinctWords(texts[at]!).size - 1);
      });
    }),
  );
});

test('a text of more words than there was room for', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const words = Array.from(
    { length: 5000 },
    (_, i) => `q${letters[i % 26]}${letters[Math.floor(i / 26) % 26]}${letters[Math.floor(i / 676)]}`,
  );
  const { offsets, columns, values } = countFeatures(['short', words.join(' '), 'end']);
  expect(values.reduce((sum, count) => sum + count, 0)).toBe(5002);
  expect(columns).toHaveLength(offsets[3]!);
  expect(Math.max(...columns)).toBeLessThan(featureCount);
});

test('no texts, or texts without words', () => {
  expect(countFeatures([]).offsets).toEqual(new Uint32Array([0]));
  expect(countFeatures(['', '12 the']).offsets).toEqual(new Uint32Array([0, 0, 0]));
});
