import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inTurn } from '../../adapters/turns.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
let count = 0;
const fresh = () => join(folder, String(count++), 'lock');

/** Callers at once, each of whom finds itself alone. */
async function callers(path: string): Promise<number> {
  let inside = 0;
  let served = 0;
  const alone = async () => {
    expect(++inside).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
    served++;
  };
  await Promise.all([1, 2, 3, 4, 5].map(() => inTurn(path, alone)));
  expect(await filesBelow(join(path, '..'))).toEqual([]);
  return served;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('one at a time, and nothing is left', async () => {
  expect(await callers(fresh())).toBe(5);
});

test("a killed one's turn goes to one of those who wait", async () => {
  const path = await place(fresh(), `${await deadPid()}-ticket`);
  expect(await callers(path)).toBe(5);
});

test('so does that of a killed one who was about to end the turn of a killed one', async () => {
  const ticket = `${await deadPid()}-ticket`;
  const path = await place(fresh(), ticket);
  await place(`${path}.${ticket}`, `${await deadPid()}-ticket`);
  expect(await callers(path)).toBe(5);
});

test('without a sign of life it is not waited for: its number is that of another process', async () => {
  const path = await place(fresh(), `${process.pid}-ticket`);
  expect(await inTurn(path, () => Promise.resolve('mine'), 100)).toBe('mine');
  expect(await filesBelow(join(path, '..'))).toEqual([]);
});

test('one that lost its turn leaves the file of the next', async () => {
  const path = fresh();
  await inTurn(path, () => place(path, `${process.pid}-next`));
  expect(await readFile(path, 'utf8')).toBe(`${process.pid}-next`);
});

test('what fails gives its turn back', async () => {
  const path = fresh();
  await expect(inTurn(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await callers(path)).toBe(5);
});
