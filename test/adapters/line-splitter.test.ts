import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitLines } from '../../adapters/line-splitter.ts';

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) yield await Promise.resolve(bytes.subarray(places[i - 1], places[i]));
}

/** Lines as text; null for one that is too long. */
async function linesOf(text: string, cuts: readonly number[] = [], limit = 1000): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  for await (const batch of splitLines(chunked(Buffer.from(text), cuts), limit)) {
    for (const line of batch) lines.push(line instanceof Uint8Array ? Buffer.from(line).toString() : null);
  }
  return lines;
}

test('line feeds, carriage returns, empty lines, no end after the last', async () => {
  expect(await linesOf('a\nb\r\n\nc\rd\r\r\ne')).toEqual(['a', 'b', '', 'c\rd\r', 'e']);
  expect(await linesOf('a\n')).toEqual(['a']);
  expect(await linesOf('')).toEqual([]);
});

test('a line of the limit passes, whatever its end; one byte more doesn’t; those after it are whole', async () => {
  expect(await linesOf('12345\n123456\n1234567\n12345\r\n123456\r\nend', [], 5)).toEqual([
    '12345',
    null,
    null,
    '12345',
    null,
    'end',
  ]);
});

test('a line that is too long says so', async () => {
  for await (const batch of splitLines(chunked(Buffer.from('123456'), []), 5)) {
    for (const line of batch) expect(line).toEqual({ bad: 'line of more than 5 bytes' });
  }
  expect.assertions(1);
});

test('wherever the bytes are cut, the lines are the same', async () => {
  const pieces = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', '\0', 'é', '\ufeff', 'long line'), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(
      pieces,
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.integer({ min: 1, max: 12 }),
      async (parts, cuts, limit) => {
        const text = parts.join('');
        const plain = text.split('\n').map((line) => line.replace(/\r$/, ''));
        if (text === '' || text.endsWith('\n')) plain.pop();
        const expected = plain.map((line) => (Buffer.byteLength(line) > limit ? null : line));
        expect(await linesOf(text, cuts, limit)).toEqual(expected);
      },
    ),
  );
});
