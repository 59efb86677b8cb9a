/** `questions.arrow` and its neighbours were written by pyarrow 26.0.1 (`pa.ipc.new_stream`); see fixtures/arrow.py. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { arrowRows, BadArrow } from '../../adapters/arrow-stream.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.arrow`, import.meta.url));
const questions = fixture('questions');

test('texts, whole numbers, lists and nulls, over two record batches', () => {
  expect(arrowRows(questions)).toEqual([
    { question: 'Which is a colour?', subject: 'things', choices: ['stone', 'größe', 'red'], answer: 2, small: -3 },
    { question: ' Which one floats? ', subject: 'things', choices: ['wood', 'iron'], answer: 0, small: 7 },
    { question: null, subject: '', choices: [], answer: 1, small: null },
    { question: 'Last: 水?', subject: 'things', choices: null, answer: -1, small: 0 },
  ]);
});

test.each([
  ['floats', 'the column "weight" is of a type that isn\'t read here'],
  ['compressed', 'a compressed record batch'],
])('%s are refused', (name, message) => {
  expect(() => arrowRows(fixture(name))).toThrow(BadArrow);
  expect(() => arrowRows(fixture(name))).toThrow(message);
});

test.each([
  ['nothing', Buffer.alloc(0), 'no schema'],
  ['another file', Buffer.from('PAR1 and so on, which is no stream'), 'no message at byte 0'],
  ['an end without a beginning', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]), 'no schema'],
])('%s is refused', (_, bytes, message) => {
  expect(() => arrowRows(bytes)).toThrow(BadArrow);
  expect(() => arrowRows(bytes)).toThrow(message);
});

test('wherever the stream is cut, it is refused or has fewer rows, and nothing else is thrown', () => {
  for (let length = 0; length < questions.length; length++) {
    const cut = questions.subarray(0, length);
    try {
      expect(arrowRows(cut).length).toBeLessThanOrEqual(4);
    } catch (error) {
      expect(error).toBeInstanceOf(BadArrow);
    }
  }
});

test('no byte that is altered makes it throw anything but a refusal', () => {
  for (let at = 0; at < questions.length; at++) {
    const altered = Buffer.from(questions);
    altered[at] = (altered[at] as number) ^ 0x7f;
    try {
      arrowRows(altered);
    } catch (error) {
      expect(error).toBeInstanceOf(BadArrow);
    }
  }
});
