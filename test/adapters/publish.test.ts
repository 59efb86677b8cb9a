import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adopt, linkOnce, publish, publishOnce, temporaryBeside } from '../../adapters/publish.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
let count = 0;
const fresh = () => join(folder, String(count++));

test('of any number of writers at once exactly one wins, and its bytes are what everyone reads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.uint8Array({ maxLength: 50 }), { minLength: 2, maxLength: 6, selector: String }),
      async (writings) => {
        const path = join(fresh(), 'a/b');
        const won = await Promise.all(writings.map((bytes) => publishOnce(path, bytes)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(new Uint8Array(await readFile(path))).toEqual(writings[won.indexOf(true)]);
        expect(await publishOnce(path, 'late')).toBe(false);
        expect(await filesBelow(join(path, '..'))).toEqual(['b']);
      },
    ),
    { numRuns: 25 },
  );
});

test('replacing is whole: readers beside writers see the bytes of one of them', async () => {
  const path = join(fresh(), 'recipe.json');
  const versions = Array.from({ length: 12 }, (_, at) => String(at).repeat(200_000));
  await publish(path, versions[0] as string);
  let writing = true;
  const read = async () => {
    const seen: string[] = [];
    while (writing) seen.push(await readFile(path, 'utf8'));
    return seen;
  };
  const readers = [read(), read()];
  await Promise.all(versions.map((text) => publish(path, text)));
  writing = false;
  for (const text of (await Promise.all(readers)).flat()) expect(versions).toContain(text);
  expect(await filesBelow(join(path, '..'))).toEqual(['recipe.json']);
});

test("what a killed writer leaves is no file of that name and in nobody's way", async () => {
  const path = join(fresh(), 'result.json');
  const left = [temporaryBeside(path), temporaryBeside(path)];
  for (const temporary of left) await place(temporary, '{"half":');
  expect(left.every((temporary) => !temporary.endsWith('result.json'))).toBe(true);
  await expect(readFile(path)).rejects.toThrow('ENOENT');
  expect(await publishOnce(path, '{}')).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('{}');
});

test('a name that is taken stays as it is, and the second finisher learns it', async () => {
  const from = await place(join(fresh(), 'weights'), 'mine');
  const to = join(fresh(), 'final');
  expect(await linkOnce(from, to)).toBe(true);
  expect(await linkOnce(await place(join(fresh(), 'weights'), 'yours'), to)).toBe(false);
  expect(await readFile(to, 'utf8')).toBe('mine');
  expect(await readFile(from, 'utf8')).toBe('mine');
});

test('an adopted file is gone from where it was', async () => {
  const from = await place(join(fresh(), 'a.tmp'), 'whole');
  const to = join(fresh(), 'b');
  await adopt(from, to);
  expect(await readFile(to, 'utf8')).toBe('whole');
  await expect(readFile(from)).rejects.toThrow('ENOENT');
});

test('a write that fails says so and leaves nothing behind', async () => {
  const path = join(fresh(), 'taken/file');
  await place(join(path, '..'), 'a file where a folder should be');
  await expect(publish(path, 'x')).rejects.toThrow(/ENOTDIR|EEXIST/);
  await expect(publishOnce(path, 'x')).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(await filesBelow(join(path, '../..'))).toEqual(['taken']);
});
