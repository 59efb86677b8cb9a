import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BadTask, TaskLibrary } from '../../adapters/task-library.ts';
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

test('a plain target text is an item with one choice', async () => {
  expect(
    await itemsOf(`${item(0, { choices: ['so'], gold: 0 })}\n${item(2, { choices: ['so'], gold: 0 })}`),
  ).toHaveLength(2);
});

describe('refused, with file and line', () => {
  test.each([
    ['what is not JSON', 'not json', /own-\d+\.jsonl line 2 isn't JSON/],
    ['a list', '[1]', /line 2 .*expected object/s],
    ['no query', '{"choices":["a"],"gold":0}', /line 2 .*query: expected string, got nothing/s],
    ['no choices', item(1, { choices: [] }), /line 2 .*choices: .*>=1/s],
    ['an empty choice', item(1, { choices: ['a', ''] }), /line 2 .*choices\.1/s],
    ['a gold of -1', item(1, { gold: -1 }), /line 2 .*gold: .*>=0/s],
    ['a gold in words', item(1, { gold: 'b' }), /line 2 .*gold: expected number, got "b"/s],
    ['a gold between two', item(1, { gold: 0.5 }), /line 2 .*gold: expected int, got 0\.5/s],
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
