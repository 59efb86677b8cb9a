import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvText, parseCsv } from '../../../climb/exchange/csv.ts';

test('commas, quotes, ends of line, a byte order mark and empty lines', () => {
  const text = '\uFEFFrun,"a, b","say ""x"""\r\n1, 0.5 ,\n\n"2", "x" ,"two\nlines"\n';
  expect(parseCsv(text, 'f.csv')).toEqual({
    header: ['run', 'a, b', 'say "x"'],
    rows: [
      ['1', '0.5', ''],
      ['2', 'x', 'two\nlines'],
    ],
  });
});

test('the last line may lack its end, and end in an empty cell', () => {
  expect(parseCsv('a,b\n1,2', 'f').rows).toEqual([['1', '2']]);
  expect(parseCsv('a,b\n1,', 'f').rows).toEqual([['1', '']]);
});

test.each([
  ['nothing', '', 'the file is empty'],
  ['a column twice', 'a,b,a\n1,2,3\n', 'column "a" is there twice'],
  ['a short row', 'a,b\n1,2\n3\n', 'row 2 has 1 cells for 2 columns'],
  ['an open quote', 'a,b\n1,"2\n', "a quote that isn't closed"],
  ['text after a quote', 'a,b\n1,"2"x\n', "a quote that isn't closed, or text after it"],
])('%s is refused', (_, text, message) => {
  expect(() => parseCsv(text, 'f.csv')).toThrow(message);
  expect(() => parseCsv(text, 'f.csv')).toThrow('f.csv: ');
});

test('whatever is written is read back, numbers to the last bit', () => {
  const cell = fc.string({ maxLength: 12 });
  const row = fc.tuple(cell, cell, fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
      const read = parseCsv(csvText(['x', 'y', 'z'], rows), 'f');
      expect(read.rows).toEqual(rows.map(([a, b, c]) => [a, b, String(c)]));
      rows.forEach(([, , c], at) => expect(Number(read.rows[at]?.[2])).toBe(c === 0 ? 0 : c));
    }),
  );
});
