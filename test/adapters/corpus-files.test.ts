import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import type { CorpusFormat, Source } from '../../climb/corpus/reading.ts';
import { madeSource } from './made-corpus.ts';
import { place } from './scratch.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'climb-files-')));
});
afterEach(() => rm(root, { recursive: true }));

const lay = async (...names: string[]) => {
  for (const name of names) await place(join(root, name), 'x');
};
const found = (...sources: Source[]) => new CorpusReader([root]).files(sources);
const paths = async (path: string, format: CorpusFormat = 'auto') =>
  (await found(madeSource(path, { format }))).map((file) => file.path);

describe('a folder', () => {
  test('means all files in it and below whose names tell a format, in the order of their paths', async () => {
    await lay('c/z.jsonl', 'c/a.jsonl.gz', 'c/b.jsonl.d/m.jsonl.zst', 'c/k.parquet', 'c/notes.txt', 'c/read.md');
    await lay('c/picture.png', 'c/Makefile', 'c/table.csv', 'c/.hidden.jsonl', 'c/.git/x.jsonl');
    const files = await found(madeSource('c'));
    expect(files.map(({ path, format }) => [path, format])).toEqual([
      ['c/a.jsonl.gz', 'jsonl'],
      ['c/b.jsonl.d/m.jsonl.zst', 'jsonl'],
      ['c/k.parquet', 'parquet'],
      ['c/notes.txt', 'text'],
      ['c/read.md', 'text'],
      ['c/z.jsonl', 'jsonl'],
    ]);
    expect(await paths(join(root, 'c'))).toEqual(files.map(({ path }) => path));
  });

  test('of a given format means the files that are called so', async () => {
    await lay('c/a.jsonl', 'c/b.parquet', 'c/c.txt', 'c/d.json');
    expect(await paths('c', 'jsonl')).toEqual(['c/a.jsonl']);
    expect(await paths('c', 'parquet')).toEqual(['c/b.parquet']);
  });

  test('of plain text means every file, whatever it is called, hidden ones left out', async () => {
    await lay('c/a.py', 'c/LICENSE', 'c/deep/er/b.txt.gz', 'c/.DS_Store', 'c/d.jsonl');
    const files = await found(madeSource('c', { format: 'text' }));
    expect(files.map(({ path, format }) => [path, format])).toEqual([
      ['c/LICENSE', 'text'],
      ['c/a.py', 'text'],
      ['c/d.jsonl', 'text'],
      ['c/deep/er/b.txt.gz', 'text'],
    ]);
  });

  test('is not walked in circles, and a file that several links lead to counts once', async () => {
    await lay('real/a.jsonl');
    await symlink(root, join(root, 'real/circle'));
    await symlink(join(root, 'real'), join(root, 'alias'));
    await symlink('a.jsonl', join(root, 'real/b.jsonl'));
    expect(await paths('alias')).toEqual(['real/a.jsonl']);
  });
});

describe('a glob', () => {
  beforeEach(() => lay('c/2023/a.jsonl', 'c/2023/b.jsonl', 'c/2024/a.jsonl', 'c/2024/a.json', 'c/2024/old.d/a.jsonl'));

  test.each([
    ['c/*/a.jsonl', ['c/2023/a.jsonl', 'c/2024/a.jsonl']],
    ['./c/2023/*', ['c/2023/a.jsonl', 'c/2023/b.jsonl']],
    ['c/**/a.jsonl', ['c/2023/a.jsonl', 'c/2024/a.jsonl', 'c/2024/old.d/a.jsonl']],
    ['c/20{23,25}/?.jsonl', ['c/2023/a.jsonl', 'c/2023/b.jsonl']],
    ['c/2023/!(b).jsonl', ['c/2023/a.jsonl']],
    ['**/b.*', ['c/2023/b.jsonl']],
  ])('%s', async (glob, expected) => {
    expect(await paths(glob)).toEqual(expected);
    expect(await paths(join(root, glob))).toEqual(expected);
  });

  test('takes files of any name once the format is said', async () => {
    expect(await paths('c/2024/*.json', 'jsonl')).toEqual(['c/2024/a.json']);
    await expect(paths('c/2024/*.json')).rejects.toThrow('or say its format');
  });

  test.each(['+(+(+(a)))b', '*a*a*a*a.jsonl', '**/'.repeat(7), '!(a!(b))', '@(a|b).jsonl'])(
    'that could take for ever to match is refused: %s',
    async (glob) => {
      await lay(`c/${'a'.repeat(60)}`);
      await expect(paths(`c/${glob}`)).rejects.toMatchObject({
        name: 'BadCorpus',
        message: expect.stringContaining('could take for ever'),
      });
    },
  );

  test('that nothing matches is refused', async () => {
    await expect(paths('c/*.jsonl')).rejects.toThrow('no *.jsonl');
    await expect(paths('none/*.jsonl')).rejects.toThrow("can't open");
  });

  test.each(['../*/*', '../../../../../etc/*', '/etc/*.d/*', '{../..,c}/etc/*', 'c/*/../../../*'])(
    '%s leads nowhere outside the roots',
    async (glob) => {
      await place(join(root, 'inner/root/a.jsonl'), 'x');
      const reader = new CorpusReader([join(root, 'inner/root')]);
      await expect(reader.files([madeSource(glob, { format: 'text' })])).rejects.toMatchObject({
        name: 'BadCorpus',
        field: 'corpus.path',
      });
    },
  );

  test('a link out of the roots is refused where it matches, or is a folder that may hold a match', async () => {
    await symlink('/etc/passwd', join(root, 'c/2023/out.jsonl'));
    await expect(paths('c/2023/*')).rejects.toThrow('outside the folders');
    expect(await paths('c/2023/!(out).jsonl')).toEqual(['c/2023/a.jsonl', 'c/2023/b.jsonl']);
    await symlink('/etc', join(root, 'c/2023/etc'));
    expect(await paths('c/2023/!(out|etc).jsonl')).toEqual(['c/2023/a.jsonl', 'c/2023/b.jsonl']);
    await expect(paths('c/2023/**/a.jsonl')).rejects.toThrow('outside the folders');
  });
});

test.each([
  "it's.jsonl",
  '$(touch x) `id` ; rm -rf *.jsonl',
  '[ab]{1,2}?*!(c).jsonl',
  'new\nline "quoted" \\.jsonl',
  '-rf.jsonl',
  '!x.jsonl',
])('a file that is really called %j is no glob', async (name) => {
  await lay(`c/${name}`, 'c/a.jsonl');
  expect(await paths(`c/${name}`)).toEqual([`c/${name}`]);
});

describe('several sources', () => {
  const sources = (...list: string[]) =>
    list.map((path, at) => madeSource(path, { name: `s${at}`, field: `corpus.sources.${at}` }));

  test('come in their order, and each file says whose it is', async () => {
    await lay('a/2.jsonl', 'a/1.jsonl', 'b/0.parquet');
    const files = await found(...sources('b', 'a'));
    expect(files.map(({ path, source }) => [path, source])).toEqual([
      ['b/0.parquet', 0],
      ['a/1.jsonl', 1],
      ['a/2.jsonl', 1],
    ]);
  });

  test('that name the same file, by whatever way, are refused with both', async () => {
    await lay('a/1.jsonl', 'a/2.jsonl');
    await symlink(join(root, 'a'), join(root, 'alias'));
    await expect(found(...sources('a/1.jsonl', 'a/2.jsonl', 'alias/*'))).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.sources.2.path',
      message: expect.stringContaining('a/1.jsonl is named by corpus.sources.0.path and by corpus.sources.2.path'),
    });
  });
});

test.each([
  ['missing', "can't open"],
  ['text.csv', "can't tell the format"],
  ['empty', 'no *.jsonl'],
])('%s is refused', async (path, message) => {
  await mkdir(join(root, 'empty'));
  await lay('text.csv');
  await expect(paths(path)).rejects.toMatchObject({
    name: 'BadCorpus',
    field: 'corpus.path',
    message: expect.stringContaining(message),
  });
});

test('a pipe in a folder of plain text is refused, not waited for', async () => {
  await lay('c/a');
  execFileSync('mkfifo', [join(root, 'c/pipe')]);
  await expect(paths('c', 'text')).rejects.toThrow('neither a file nor a folder');
});

test('a root whose name another begins with gives no access to the other', async () => {
  await lay('data/x.jsonl', 'data-secret/a.jsonl');
  const reader = new CorpusReader([join(root, 'data')]);
  await expect(reader.files([madeSource('../data-secret')])).rejects.toThrow('outside the folders');
});

test('a file that says it is JSONL may have any name', async () => {
  await lay('odd.txt');
  expect(await paths('odd.txt', 'jsonl')).toEqual(['odd.txt']);
});
