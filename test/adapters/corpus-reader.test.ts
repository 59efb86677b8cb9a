import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CorpusReader, type CorpusLine, type CorpusSource } from '../../adapters/corpus-reader.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-corpus-'));
});
afterEach(() => rm(root, { recursive: true }));

const source = (path: string, more: Partial<CorpusSource> = {}): CorpusSource => ({
  path,
  format: 'auto',
  textField: 'text',
  strict: false,
  ...more,
});

async function read(
  name: string,
  content: string | Uint8Array,
  more: Partial<CorpusSource> = {},
): Promise<CorpusLine[]> {
  await writeFile(join(root, name), content);
  const reader = new CorpusReader([root]);
  const lines: CorpusLine[] = [];
  for (const file of await reader.files(source(name, more)))
    for await (const line of reader.read(file, source(name, more))) lines.push(line);
  return lines;
}
const texts = (lines: readonly CorpusLine[]) =>
  lines.map((line) => ('document' in line ? line.document.text : `${line.line}: ${line.bad}`));
const json = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('documents', () => {
  test('are named by their text alone', async () => {
    const [a, b] = await read('a.jsonl', json({ text: 'hello', id: 1 }, { text: 'hello', id: 2 }));
    expect(a).toEqual({ line: 1, document: { id: '2cf24dba5fb0a30e26e83b2ac5b9e29e', text: 'hello', bytes: 5 } });
    expect(b).toEqual({ ...a, line: 2 });
  });

  test('carry their label when a field is named for it', async () => {
    const lines = await read('a.jsonl', json({ text: 'x y', domain: 'sea' }, { text: 'z' }), { labelField: 'domain' });
    expect(lines.map((line) => 'document' in line && line.document.label)).toEqual(['sea', undefined]);
  });

  test('come out of gzip as out of plain files', async () => {
    const content = json({ text: 'one' }, { text: 'two' });
    expect(await read('a.jsonl.gz', gzipSync(content))).toEqual(await read('b.jsonl', content));
    expect(
      texts(
        await read('c.jsonl.gz', Buffer.concat([gzipSync(json({ text: 'one' })), gzipSync(json({ text: 'two' }))])),
      ),
    ).toEqual(['one', 'two']);
  });

  test('byte order marks, CRLF, blank lines and a missing last line end are no trouble', async () => {
    expect(texts(await read('a.jsonl', '\ufeff{"text":"a"}\r\n\r\n{"text":"b"}\n  \n\ufeff{"text":"c"}'))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  test('what is wrong with a line is said, and reading goes on', async () => {
    const bad = Buffer.concat([
      Buffer.from(
        '{"text": \n[1]\nnull\n{"txt":"a"}\n{"text":7}\n{"text":" "}\n{"text":"\\ud800x"}\n{"text":"nul \0"}\n',
      ),
      Buffer.from([0x7b, 0xff, 0x0a]),
      Buffer.from('{"text":"fine"}'),
    ]);
    expect(texts(await read('a.jsonl', bad))).toEqual([
      '1: not JSON',
      '2: not a JSON object',
      '3: not a JSON object',
      '4: no field "text"',
      '5: field "text" is not a string',
      '6: field "text" is empty',
      '7: field "text" has half a surrogate pair',
      '8: not JSON',
      '9: not UTF-8',
      'fine',
    ]);
  });

  test('a strict corpus has none such', async () => {
    await expect(read('a.jsonl', '{"text":"a"}\n{}\n', { strict: true })).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.strict',
      message: expect.stringContaining('a.jsonl line 2: no field "text"'),
    });
  });

  test('fields of the prototype are not fields of a document', async () => {
    expect(texts(await read('a.jsonl', '{"a":1}\n{"__proto__":"b"}', { textField: '__proto__' }))).toEqual([
      '1: no field "__proto__"',
      'b',
    ]);
    expect(texts(await read('a.jsonl', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`))).toEqual([
      '1: not a JSON object',
    ]);
  });
});

describe('files', () => {
  const paths = async (path: string, reader = new CorpusReader([root])) =>
    (await reader.files(source(path))).map((file) => file.path);

  test('a folder means all JSONL in it and below, in the order of their paths', async () => {
    await mkdir(join(root, 'c/b.jsonl.d'), { recursive: true });
    for (const name of ['c/z.jsonl', 'c/a.jsonl.gz', 'c/notes.txt', 'c/b.jsonl.d/m.jsonl'])
      await writeFile(join(root, name), '');
    expect(await paths('c')).toEqual(['c/a.jsonl.gz', 'c/b.jsonl.d/m.jsonl', 'c/z.jsonl']);
    expect(await paths(join(root, 'c'))).toEqual(await paths('c'));
  });

  test.each([
    ['missing', "can't open"],
    ['../other.jsonl', "can't open"],
    ['/etc/passwd', 'outside the folders'],
    ['link.jsonl', 'outside the folders'],
    ['folder', 'outside the folders'],
    ['pipe.jsonl', 'neither a file nor a folder'],
    ['/dev/zero', 'outside the folders'],
    ['text.txt', "can't tell the format"],
    ['empty', 'no *.jsonl or *.jsonl.gz'],
  ])('%s is refused', async (path, message) => {
    await symlink('/etc/passwd', join(root, 'link.jsonl'));
    await mkdir(join(root, 'folder'));
    await symlink('/etc', join(root, 'folder/inner'));
    await mkdir(join(root, 'empty'));
    await writeFile(join(root, 'text.txt'), 'x');
    execFileSync('mkfifo', [join(root, 'pipe.jsonl')]);
    await expect(paths(path)).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.path',
      message: expect.stringContaining(message),
    });
  });

  test('a link within the roots is followed, and a circle of links ends', async () => {
    await mkdir(join(root, 'real'));
    await writeFile(join(root, 'real/a.jsonl'), '');
    await symlink(root, join(root, 'real/circle'));
    await symlink(join(root, 'real'), join(root, 'alias'));
    expect(await paths('alias')).toEqual(['real/a.jsonl']);
  });

  test('a root whose name another begins with gives no access to the other', async () => {
    await mkdir(join(root, 'data'));
    await mkdir(join(root, 'data-secret'));
    await writeFile(join(root, 'data-secret/a.jsonl'), '');
    await expect(paths('../data-secret', new CorpusReader([join(root, 'data')]))).rejects.toThrow(
      'outside the folders',
    );
  });

  test('a file that says it is JSONL may have any name', async () => {
    expect(texts(await read('odd.txt', json({ text: 'a' }), { format: 'jsonl' }))).toEqual(['a']);
  });
});

describe('archives', () => {
  test('a bomb is stopped by its ratio and by its size', async () => {
    await expect(read('bomb.jsonl.gz', gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20)))).rejects.toMatchObject({
      name: 'BadCorpus',
      message: expect.stringContaining('gzip bomb'),
    });
    const small = new CorpusReader([root], { bytes: 100, ratio: 200 });
    await writeFile(join(root, 'large.jsonl.gz'), gzipSync(json({ text: 'word '.repeat(100) })));
    await expect(small.inspect(source('large.jsonl.gz'))).rejects.toThrow('gzip bomb');
  });

  test('half an archive is refused, not half read', async () => {
    const whole = gzipSync(json(...Array.from({ length: 5000 }, (_, i) => ({ text: `text ${i * i}` }))));
    await expect(read('half.jsonl.gz', whole.subarray(0, whole.length / 2))).rejects.toThrow('not a whole gzip file');
    await expect(read('no.jsonl.gz', 'plain')).rejects.toThrow('not a whole gzip file');
  });
});

describe('inspection', () => {
  test('reads no further than it must', async () => {
    await writeFile(join(root, 'a.jsonl'), json({ text: 'a' }, { text: 'b' }));
    await writeFile(join(root, 'b.jsonl.gz'), 'broken');
    const { files } = await new CorpusReader([root]).inspect(source('.'), 2);
    expect(files.map(({ path }) => path)).toEqual(['a.jsonl', 'b.jsonl.gz']);
  });

  test('counts different documents', async () => {
    await writeFile(join(root, 'a.jsonl'), json({ text: 'a' }, { text: 'a' }, { text: 'b' }));
    await expect(new CorpusReader([root]).inspect(source('a.jsonl'), 3)).rejects.toThrow('holds 2 different documents');
  });
});

test('a file that changes between hashing and reading is not read as if it hadn’t', async () => {
  await writeFile(join(root, 'a.jsonl'), json({ text: 'a' }));
  const reader = new CorpusReader([root]);
  const file = await reader.hash((await reader.files(source('a.jsonl')))[0]!);
  await writeFile(join(root, 'a.jsonl'), json({ text: 'b' }));
  const drain = async () => {
    for await (const line of reader.read(file, source('a.jsonl'))) expect(line.line).toBe(1);
  };
  await expect(drain()).rejects.toMatchObject({ name: 'CorpusChanged' });
});
