import { describe, expect, test } from '@jest/globals';
import { buildGramTable, contaminatingTask } from '../../../climb/corpus/contamination.ts';
import { emptyWords, hashWords } from '../../../climb/corpus/word-hashes.ts';

type Items = readonly object[];

const table = (...tasks: Items[]) =>
  buildGramTable({
    tasks: tasks.map((items) => Buffer.from(items.map((item) => `${JSON.stringify({ id: '0', ...item })}\n`).join(''))),
  });

function taskIn(text: string, ...tasks: Items[]): number {
  const words = emptyWords();
  hashWords(text, words);
  return contaminatingTask(table(...tasks), words);
}

const sentence = (from: number, to: number, prefix = 'w') =>
  Array.from({ length: to - from }, (_, at) => `${prefix}${from + at}`).join(' ');
const question = (query: string, ...choices: string[]) => ({ query, choices, gold: 0 });
const around = (text: string) => `${sentence(0, 50, 'before')} ${text} ${sentence(0, 50, 'after')}`;

describe('a document', () => {
  const long = [question(sentence(0, 20), 'x')];

  test('that holds 13 words of a question in a row is found, however they are set', () => {
    expect(taskIn(around(sentence(3, 16)), long)).toBe(0);
    expect(taskIn(around(sentence(3, 16).replaceAll(' ', ',\n').toUpperCase()), long)).toBe(0);
  });

  test('that holds 12 of them is not', () => {
    expect(taskIn(around(sentence(3, 15)), long)).toBe(-1);
    expect(taskIn(around(`${sentence(0, 12)} and ${sentence(12, 20)}`), long)).toBe(-1);
  });

  test('is checked against each choice in its place and by itself', () => {
    const items = [question(sentence(0, 10), sentence(100, 105), sentence(200, 209))];
    expect(taskIn(around(`${sentence(2, 10)} ${sentence(100, 105)}`), items)).toBe(0);
    expect(taskIn(around(sentence(200, 209)), items)).toBe(0);
    expect(taskIn(around(`${sentence(5, 10)} ${sentence(200, 203)}`), items)).toBe(-1);
  });

  test('that holds a short item whole is found, from 8 words on', () => {
    expect(taskIn(around(sentence(0, 8)), [question(sentence(0, 8), 'x')])).toBe(0);
    expect(taskIn(around(sentence(0, 8)), [question(sentence(0, 9), 'x')])).toBe(-1);
    expect(taskIn(around(sentence(0, 7)), [question(sentence(0, 7), '')])).toBe(-1);
  });

  test('need not hold what all queries of a task begin and end with', () => {
    const items = [
      question(`Question: ${sentence(0, 8)} Answer:`, ' x'),
      question(`Question: ${sentence(20, 29)} Answer:`, ' y'),
    ];
    expect(taskIn(around(sentence(0, 8)), items)).toBe(0);
    expect(taskIn(around(`${sentence(20, 29)} y`), items)).toBe(0);
  });

  test('that holds nothing but that template is another text', () => {
    const template = sentence(0, 16, 'template');
    const items = [question(`${template} ${sentence(0, 9)}`, 'x'), question(`${template} ${sentence(20, 29)}`, 'y')];
    expect(taskIn(around(template), items)).toBe(-1);
    expect(taskIn(around(`${template} w0`), items)).toBe(0);
  });

  test('is found by the first task it holds text of', () => {
    const other = [question(sentence(0, 15, 'other'), 'x')];
    expect(taskIn(around(sentence(0, 15, 'other')), long, other)).toBe(1);
    expect(taskIn(around(`${sentence(0, 15, 'other')} ${sentence(0, 15)}`), long, other)).toBe(1);
  });

  test('in a script without spaces is compared by characters', () => {
    const items = [question('鯨は海に住む哺乳類であるが魚ではない', 'x')];
    expect(taskIn('昔々、鯨は海に住む哺乳類であるが魚ではないと言われた。', items)).toBe(0);
    expect(taskIn('昔々、鯨は海に住む魚ではないと言われた。', items)).toBe(-1);
  });
});

describe('a plain text of a task', () => {
  const items = [{ text: sentence(0, 200) }];

  test('leaves a document that shares a passage with it', () => {
    expect(taskIn(`${sentence(0, 40)} ${sentence(0, 160, 'own')}`, items)).toBe(-1);
  });

  test('takes away a near copy', () => {
    expect(taskIn(`${sentence(50, 120)} ${sentence(0, 160, 'own')}`, items)).toBe(0);
    expect(taskIn(sentence(3, 20), items)).toBe(0);
  });

  test('that is also a question counts as a question', () => {
    expect(taskIn(around(sentence(0, 13)), items, [question(sentence(0, 13), 'x')])).toBe(1);
    expect(taskIn(around(sentence(0, 13)), [question(sentence(0, 13), 'x')], items)).toBe(0);
  });
});

test('threads share the memory of the table', () => {
  const { slots, filter } = table([question(sentence(0, 20), 'x')]);
  expect([slots.buffer, filter.buffer].every((buffer) => buffer instanceof SharedArrayBuffer)).toBe(true);
});

test('many n-grams are all found again, and no others', () => {
  const items = Array.from({ length: 500 }, (_, i) => question(sentence(0, 13, `item${i}x`), 'x'));
  const found = table(items);
  const words = emptyWords();
  for (let i = 0; i < 1000; i++) {
    hashWords(sentence(0, 13, `item${i}x`), words);
    expect(contaminatingTask(found, words)).toBe(i < 500 ? 0 : -1);
  }
});
