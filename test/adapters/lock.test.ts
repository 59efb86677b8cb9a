import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock } from '../../adapters/lock.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('one holder at a time, each told once that it waits', async () => {
  const path = join(folder, 'lock');
  let holders = 0;
  let waits = 0;
  await Promise.all(
    [1, 2, 3].map(async () => {
      const release = await acquireLock(path, () => waits++);
      expect(++holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders--;
      release();
    }),
  );
  expect(waits).toBe(2);
  expect(existsSync(path)).toBe(false);
});

test('a holder that gives no sign of life is not waited for: its number belongs to another process', async () => {
  const path = join(folder, 'lock');
  await writeFile(path, String(process.pid));
  const release = await acquireLock(path, () => undefined, 100);
  release();
  expect(existsSync(path)).toBe(false);
});

test("a killed one's lock goes to whoever waits, at once", async () => {
  const path = join(folder, 'lock');
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  await writeFile(path, `${child.pid}-ticket`);
  const release = await acquireLock(path, () => undefined);
  expect(await readFile(path, 'utf8')).toMatch(new RegExp(`^${process.pid}-`));
  release();
  expect(await readdir(folder)).toEqual([]);
});

test('one that lost its lock leaves the file of the next', async () => {
  const path = join(folder, 'lock');
  const release = await acquireLock(path, () => undefined);
  await writeFile(path, `${process.pid}-next`);
  release();
  expect(await readFile(path, 'utf8')).toBe(`${process.pid}-next`);
});
