import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cell, table } from '../../climb/markdown.ts';

test('no text can end a cell, start markup or steer a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const plain = cell(text).replaceAll('\\_', '');
      expect(plain).not.toMatch(/[|\\`*<>[\]\p{Cc}\n\r\u2028\u2029]|(?<!\w)_|_(?!\w)/u);
    }),
  );
});

test('plain words stay as they are', () => {
  expect(cell('naïve Bayes, 數學 – 90 % & more (2021)')).toBe('naïve Bayes, 數學 – 90 % & more (2021)');
  expect(cell('arc_easy and _emphasis_ of snake_case_')).toBe(String.raw`arc_easy and \_emphasis\_ of snake_case\_`);
  expect(cell('__proto__')).toBe(String.raw`\_\_proto\_\_`);
  expect(cell(' a\n| b\t`c`\u001b[2J ')).toBe('a b c 2J');
});

test('a table has as many bars in every line, whatever stands in its cells', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { minLength: 3, maxLength: 3 })), (rows) => {
      const lines = table(
        ['a', 'b', 'c'],
        rows.map((row) => row.map(cell)),
      ).split('\n');
      expect(lines).toHaveLength(rows.length + 2);
      expect(lines.every((line) => line.split('|').length === 5)).toBe(true);
    }),
  );
});
