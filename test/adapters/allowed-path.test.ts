import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { allowedPath, RefusedPath } from '../../adapters/allowed-path.ts';
import { place, scratch } from './scratch.ts';

const folder = realpathSync(scratch());
const [first, second] = [join(folder, 'first'), join(folder, 'second')];
const roots = [first, second];

beforeAll(async () => {
  await place(join(first, 'corpus/a.jsonl'), '{}\n');
  await place(join(second, 'b.jsonl'), '{"text":1}');
  await place(join(folder, 'secret'), 'token');
  await place(join(folder, 'first-but-not-it/c'), '');
  await symlink(join(folder, 'secret'), join(first, 'out'));
  await symlink(join(second, 'b.jsonl'), join(first, 'across'));
  await symlink('corpus', join(first, 'within'));
  await symlink('loop', join(first, 'loop'));
  await symlink(folder, join(first, 'up'));
  execFileSync('mkfifo', [join(first, 'pipe')]);
});

describe('allowed', () => {
  test.each([
    ['a file below the first root', 'corpus/a.jsonl', { root: first, folder: false, bytes: 3 }],
    ['a folder', 'corpus', { root: first, folder: true }],
    ['a root itself', '.', { root: first, folder: true }],
    ['a way around that ends inside', 'corpus/../corpus/./a.jsonl', { location: join(first, 'corpus/a.jsonl') }],
    ['an absolute path in any root', join(second, 'b.jsonl'), { root: second, bytes: 10 }],
    ['a link inside a root', 'within/a.jsonl', { location: join(first, 'corpus/a.jsonl') }],
    ['a link from one root to another', 'across', { location: join(second, 'b.jsonl'), root: second }],
  ])('%s', async (_, path, found) => {
    expect(await allowedPath(roots, path)).toMatchObject(found);
  });

  test('anything, where the worker was given the whole file system', async () => {
    expect(await allowedPath(['/'], join(folder, 'secret'))).toMatchObject({ root: '/', bytes: 5 });
  });

  test('a file in a root that is itself a link', async () => {
    await symlink(second, join(folder, 'link-to-second'));
    const found = await allowedPath([join(folder, 'link-to-second')], 'b.jsonl');
    expect(found).toMatchObject({ location: join(second, 'b.jsonl'), root: second });
  });
});

describe('refused', () => {
  test.each([
    ['.. out of the root', '../secret', 'outside the folders this worker may read'],
    ['many ..', '../../../../../../../../etc/passwd', 'outside'],
    ['an absolute path', '/etc/passwd', 'outside'],
    ['a link out', 'out', `lies at ${join(folder, 'secret')}, outside`],
    ['a path through a link out', 'up/secret', 'outside'],
    ['a sibling whose name begins like a root', '../first-but-not-it/c', 'outside'],
    ['a pipe', 'pipe', 'neither a file nor a folder'],
    ['a device', '/dev/null', 'outside'],
    ['a loop of links', 'loop', 'ELOOP'],
    ['what is not there', 'corpus/none.jsonl', 'ENOENT'],
    ['a file as a folder', 'corpus/a.jsonl/b', 'ENOTDIR'],
    ['a NUL in a name', 'a\0b', "can't open"],
  ])('%s', async (_, path, piece) => {
    const refusal = await allowedPath(roots, path).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RefusedPath);
    expect((refusal as Error).message).toContain(piece);
  });
});
