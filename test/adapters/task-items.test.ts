import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { BadTask } from '../../adapters/bad-task.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { TaskItems } from '../../adapters/task-items.ts';
import type { TaskSpec } from '../../climb/spec/search-file.ts';
import { specOf } from '../climb/made-search.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
const tasks = new TaskItems(new TaskLibrary(join(folder, 'library')), [folder]);
const item = (at: number, fields: object = {}) =>
  JSON.stringify({ query: `q${at}`, choices: ['a', 'b'], gold: at % 2, ...fields });
const lines = (count: number) => Array.from({ length: count }, (_, at) => item(at));

function task(fields: object): TaskSpec {
  return specOf({ tasks: [{ name: 'mine', ...fields }] }).tasks[0] as TaskSpec;
}

let count = 0;
async function itemsOf(content: string, fields: object = {}) {
  const path = `own-${count++}.jsonl`;
  await place(join(folder, path), content);
  return tasks.items(task({ path, ...fields }));
}

test('own items are JSON lines, named by their place; further fields are theirs to have', async () => {
  const items = await itemsOf(`${item(0, { id: 'x', source: 'me' })}\n${item(1)}\n`);
  expect(items).toEqual([
    { id: '0', query: 'q0', choices: ['a', 'b'], gold: 0 },
    { id: '1', query: 'q1', choices: ['a', 'b'], gold: 1 },
  ]);
});

test('a subset is spread evenly over the task and always the same', async () => {
  const ids = async (all: number, items: number) =>
    (await itemsOf(lines(all).join('\n'), { items })).map(({ id }) => Number(id));
  expect(await ids(40, 10)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
  const some = await ids(33, 10);
  expect(some).toHaveLength(10);
  const gaps = some.slice(1).map((id, at) => id - (some[at] as number));
  expect(new Set(gaps)).toEqual(new Set([3, 4]));
  expect(await ids(12, 12)).toEqual(Array.from({ length: 12 }, (_, at) => at));
  expect(await ids(12, 1000)).toHaveLength(12);
});

test('items that the worker may not read, or that are no file, are no good at any attempt', async () => {
  await place(join(folder, 'library', 'odd', 'rc_0shot', 'requests.jsonl.gz'), '');
  await mkdir(join(folder, 'library', 'odd', 'rc_0shot', 'config.json'));
  const odd = tasks.items(task({ name: 'odd' }));
  await expect(odd).rejects.toThrow(BadTask);
  await expect(odd).rejects.toThrow(/the items of "odd" can't be read \(EISDIR.*let the worker read them/);
  if (process.getuid?.() === 0) return; // may read everything
  await place(join(folder, 'closed.jsonl'), item(0));
  await chmod(join(folder, 'closed.jsonl'), 0);
  await expect(tasks.items(task({ path: 'closed.jsonl' }))).rejects.toThrow(BadTask);
});

test('a question may have a single choice', async () => {
  expect(
    await itemsOf(`${item(0, { choices: ['so'], gold: 0 })}\n${item(2, { choices: ['so'], gold: 0 })}`),
  ).toHaveLength(2);
});

const json = (...values: unknown[]) => `${values.map((value) => JSON.stringify(value)).join('\n')}\n`;
const request = (doc: number, idx: number, changes: object = {}) => ({
  request: { context: `q${doc}`, continuation: ` choice ${idx}` },
  doc_id: doc,
  idx,
  label: 1,
  native_id: `n${doc}`,
  ...changes,
});

describe('of the three kinds of file', () => {
  test('plain texts are kept as they are, whatever stands beside them', async () => {
    expect(await itemsOf(json({ text: ' so\n', label: 'x' }, { text: 'that' }))).toEqual([
      { id: '0', text: ' so\n' },
      { id: '1', text: 'that' },
    ]);
  });

  test('OLMES requests become questions, choices by idx, items without their context left out', async () => {
    const requests = [request(0, 1), request(0, 0), request(7, 0), request(7, 1), request(1_000_000, 0)];
    expect(await itemsOf(json(...requests))).toEqual([
      { id: 'n0', query: 'q0', choices: ['choice 0', 'choice 1'], gold: 1 },
      { id: 'n7', query: 'q7', choices: ['choice 0', 'choice 1'], gold: 1 },
    ]);
    const unnamed = await itemsOf(json(...requests.map(({ native_id: _, ...rest }) => rest)));
    expect(unnamed.map(({ id }) => id)).toEqual(['0', '7']);
  });

  test('each may be packed', async () => {
    await place(join(folder, 'packed.jsonl.gz'), gzipSync(json({ text: 'a' }, { text: 'b' })));
    expect(await tasks.items(task({ path: 'packed.jsonl.gz' }))).toHaveLength(2);
    await place(join(folder, 'torn.jsonl.gz'), json({ text: 'a' }));
    await expect(tasks.items(task({ path: 'torn.jsonl.gz' }))).rejects.toThrow(/torn\.jsonl\.gz can't be unpacked/);
  });

  test.each([
    ['a text among questions', `${item(0)}\n${json({ text: 'a' })}`, 'line 2: texts among the questions that line 1'],
    ['a question among texts', `${json({ text: 'a' })}${item(0)}`, 'line 2: questions among the texts that line 1'],
    ['a request among texts', json({ text: 'a' }, request(0, 0)), 'line 2: requests among the texts'],
    ['a question with a text is a question', `${item(0, { text: 't' })}\n${json({ text: 'a' })}`, 'texts among the q'],
  ])('%s is refused', async (_, content, message) => {
    await expect(itemsOf(content)).rejects.toThrow(message);
  });

  test('accuracy of texts is refused: nothing can be right or wrong', async () => {
    const texts = json({ text: 'a' }, { text: 'b' });
    for (const metric of ['accuracy', 'accuracyNorm']) {
      await expect(itemsOf(texts, { metric })).rejects.toThrow(`got the metric "${metric}"; use bitsPerByte`);
    }
    await expect(itemsOf(texts, { metric: 'bitsPerByte' })).resolves.toHaveLength(2);
  });
});

describe('requests that are no plain multiple choice', () => {
  const other = { context: 'q', continuation: ' a' };
  test.each([
    ['contexts that differ', [request(0, 0), request(0, 1, { request: other })], 'line 2: doc_id 0: its contexts'],
    ['no space', [request(0, 0, { request: { context: '', continuation: 'a' } })], 'line 1: doc_id 0: a continuation'],
    ['an empty choice', [request(0, 0, { request: { context: '', continuation: ' ' } })], 'a continuation is a space'],
    ['a place twice', [request(0, 0), request(0, 1), request(0, 1)], 'line 3: doc_id 0: idx 1 stands there twice'],
    ['two labels', [request(0, 0), request(0, 1, { label: 0 })], 'line 2: doc_id 0: its label is 1 and 0'],
    [
      'a label too large',
      [request(0, 0), request(1, 0), request(1, 1)],
      'line 1: doc_id 0: its label is 1, but it has 1',
    ],
    ['a label in words', [request(0, 0, { label: 'b' })], 'line 1: label: expected number, got "b"'],
  ])('%s', async (_, requests, message) => {
    await expect(itemsOf(json(...requests))).rejects.toThrow(message);
  });
});

test('every broken line is named at once, twenty of them at most', async () => {
  const message = async (content: string) => ((await itemsOf(content).catch((error: Error) => error)) as Error).message;
  const some = await message(`${item(0)}\nno\n${item(1, { gold: 9 })}\n${item(2)}\n[]\n{"a":1}\n`);
  expect(some).toMatch(/^4 of 6 lines of own-\d+\.jsonl can't be used; a line is \{query, choices, gold\}/);
  expect([...some.matchAll(/line (\d): /g)].map(([, line]) => line)).toEqual(['2', '3', '5', '6']);
  const many = await message(`${item(0)}\n${'no\n'.repeat(30)}`);
  expect([...many.matchAll(/line \d+: /g)]).toHaveLength(20);
  expect(many).toMatch(/and 10 more$/);
});

describe('refused, with file and line', () => {
  test.each([
    ['what is not JSON', 'not json', /own-\d+\.jsonl line 2: isn't JSON/],
    ['a list', '[1]', /line 2: expected an object, got \[1\]/],
    ['none of the forms', '{"question":"q"}', /line 2: none of these, got {"question":"q"}/],
    ['no query', '{"choices":["a"],"gold":0}', /line 2: .*query: expected string, got nothing/s],
    ['no choices', item(1, { choices: [] }), /line 2: .*choices: .*>=1/s],
    ['an empty choice', item(1, { choices: ['a', ''] }), /line 2: .*choices\.1/s],
    ['a gold of -1', item(1, { gold: -1 }), /line 2: .*gold: .*>=0/s],
    ['a gold in words', item(1, { gold: 'b' }), /line 2: .*gold: expected number, got "b"/s],
    ['a gold between two', item(1, { gold: 0.5 }), /line 2: .*gold: expected int, got 0\.5/s],
    ['a gold beyond the choices', item(1, { gold: 2 }), /line 2: gold is 2, but there are 2 choices, counted from 0/],
  ])('%s', async (_, bad, message) => {
    const refusal = await itemsOf(`${item(0)}\n${bad}\n${item(2)}\n`).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BadTask);
    expect((refusal as Error).message).toMatch(message);
  });
});

describe('refused as a whole', () => {
  test.each([
    ['an empty file', ''],
    ['a single item', item(0)],
    ['blank lines', '\n\n'],
  ])('%s', async (_, content) => {
    await expect(itemsOf(content)).rejects.toThrow(BadTask);
  });

  test.each([
    ['a folder', '.', 'BadTask'],
    ['what is not there', 'none.jsonl', 'RefusedPath'],
    ['what lies outside the roots', '/etc/passwd', 'RefusedPath'],
  ])('%s', async (_, path, name) => {
    await expect(tasks.items(task({ path }))).rejects.toMatchObject({ name });
  });

  test('a task of neither the library nor a file', async () => {
    await expect(tasks.items(task({}))).rejects.toThrow('for items of your own give "path"');
  });
});

test('a gzip bomb is stopped by its ratio', async () => {
  await place(join(folder, 'bomb.jsonl.gz'), gzipSync(Buffer.alloc(64 << 20, 'a')));
  await expect(tasks.items(task({ path: 'bomb.jsonl.gz' }))).rejects.toThrow(/grows from \d+ bytes .* gzip bomb/);
});
