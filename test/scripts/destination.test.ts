import { expect, test } from '@jest/globals';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { destinationFile, destinationFolder } from '../../scripts/destination.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';

const root = scratch();

test('what is there or can be made is taken, and nothing is made yet', async () => {
  expect(await destinationFolder(root)).toBe(root);
  expect(await destinationFolder(join(root, 'a', 'b'))).toBe(join(root, 'a', 'b'));
  expect(await destinationFile(join(root, 'a', 'b.jsonl'))).toBe(join(root, 'a', 'b.jsonl'));
  await place(join(root, 'old.jsonl'), 'old');
  expect(await destinationFile(join(root, 'old.jsonl'))).toBe(join(root, 'old.jsonl'));
  expect(await filesBelow(root)).toEqual(['old.jsonl']);
});

test('a file where a folder is needed, and a folder where a file is', async () => {
  const file = join(root, 'file');
  await place(file, '');
  await expect(destinationFolder(file)).rejects.toMatchObject({
    name: 'CommandProblem',
    message: `can't write into ${file}: it is a file where a folder is needed. Try: another --to`,
  });
  await expect(destinationFile(join(file, 'a', 'b.jsonl'))).rejects.toThrow(
    `${file} is a file where a folder is needed`,
  );
  const folder = join(root, 'folder');
  await mkdir(folder);
  await expect(destinationFile(`${folder}/`)).rejects.toThrow(
    `is a folder where a file is needed. Try: --to ${folder}/NAME`,
  );
});

test('a folder that nobody may write to', async () => {
  // root may write anywhere.
  if (process.getuid?.() === 0) return;
  const folder = join(root, 'locked');
  await mkdir(folder);
  await chmod(folder, 0o500);
  await expect(destinationFolder(join(folder, 'a'))).rejects.toThrow(
    /can't write into .*locked\/a \(EACCES.*Try: another --to/,
  );
  await chmod(folder, 0o700);
});
