import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ledger } from '../../adapters/ledger.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
const ledger = new Ledger(folder);

test('an entry is found by its kind and key, and nowhere else', async () => {
  expect(await ledger.find('proxy', 'k1')).toBeUndefined();
  expect(await ledger.record('proxy', 'k1', { tokens: 5 })).toEqual({ tokens: 5 });
  expect(await ledger.find('proxy', 'k1')).toEqual({ tokens: 5 });
  expect(await ledger.find('score', 'k1')).toBeUndefined();
  expect(await new Ledger(folder).find('proxy', 'k1')).toEqual({ tokens: 5 });
});

test('the first entry stands, and everyone who comes later gets it', async () => {
  const entries = Array.from({ length: 8 }, (_, at) => ({ weights: at }));
  const answers = await Promise.all(entries.map((entry) => ledger.record('score', 'shared', entry)));
  expect(new Set(answers.map(({ weights }) => weights)).size).toBe(1);
  expect(await ledger.record('score', 'shared', { weights: 99 })).toEqual(answers[0]);
  expect(await ledger.find('score', 'shared')).toEqual(answers[0]);
  expect(await filesBelow(join(folder, 'score'))).toEqual(['shared.json']);
});

test.each([
  ['cut short', '{"key":"k2","val'],
  ["another key's", '{"key":"k1","value":{"tokens":5}}'],
])('an entry that is %s is set aside, and the work is done again', async (_, text) => {
  const path = join(folder, 'proxy', 'k2.json');
  await place(path, text);
  expect(await ledger.find('proxy', 'k2')).toBeUndefined();
  expect(await readFile(`${path}.broken`, 'utf8')).toBe(text);
  expect(await ledger.record('proxy', 'k2', { tokens: 7 })).toEqual({ tokens: 7 });
  expect(await ledger.find('proxy', 'k2')).toEqual({ tokens: 7 });
  await rm(path);
});

test('of many that find an entry broken at once, each goes on', async () => {
  for (const key of ['r1', 'r2', 'r3']) {
    const path = join(folder, 'proxy', `${key}.json`);
    await place(path, '{"key":');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ledger.find('proxy', key)));
    expect(answers).toEqual(Array.from({ length: 8 }, () => undefined));
    expect(await readFile(`${path}.broken`, 'utf8')).toBe('{"key":');
  }
});

test('an entry that names what is lost is replaced once: the next to come gets what the first one made', async () => {
  const lost = await ledger.record('score', 'l1', { weights: 1 });
  const made = await Promise.all([2, 3, 4].map((weights) => ledger.replace('score', 'l1', lost, { weights })));
  const stands = await ledger.find('score', 'l1');
  expect([{ weights: 2 }, { weights: 3 }, { weights: 4 }]).toContainEqual(stands);
  expect(made).toContainEqual(stands);
  expect(await ledger.replace('score', 'l1', lost, { weights: 9 })).toEqual(stands);
  expect(await readFile(join(folder, 'score', 'l1.json.broken'), 'utf8')).toContain('"weights":');
  expect(await ledger.replace('score', 'l2', lost, { weights: 5 })).toEqual({ weights: 5 });
});

test('all entries of a kind come by the order of their keys; a kind without any has none', async () => {
  const own = new Ledger(join(folder, 'own'));
  await own.record('proxy', 'b', 2);
  await own.record('proxy', 'a', 1);
  await own.record('score', 'c', 3);
  await place(join(folder, 'own', 'proxy', 'd.json'), '{"key":"d","va');
  const all = async (kind: 'proxy' | 'stage') => {
    const found: (readonly [string, unknown])[] = [];
    for await (const entry of own.entries(kind)) found.push(entry);
    return found;
  };
  expect(await all('proxy')).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(await all('stage')).toEqual([]);
});
