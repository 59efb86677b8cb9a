import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import type { Source } from '../../climb/corpus/reading.ts';
import { blocksOf, jsonLines, madeSource, sql, textsOf, writeZstd } from './made-corpus.ts';
import { place } from './scratch.ts';

let root: string;
let reader: CorpusReader;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-corpus-'));
  reader = new CorpusReader([root]);
});
afterEach(() => rm(root, { recursive: true }));

async function read(name: string, content: string | Uint8Array, more: Parameters<typeof madeSource>[1] = {}) {
  await place(join(root, name), content);
  return textsOf(reader, madeSource(name, more));
}

describe('records', () => {
  test('are the same from plain files, gzip and zstd', async () => {
    const content = jsonLines({ text: 'one' }, { text: "two 'quoted'" });
    expect(await read('a.jsonl', content)).toEqual(['one', "two 'quoted'"]);
    expect(await read('b.jsonl.gz', gzipSync(content))).toEqual(['one', "two 'quoted'"]);
    const members = Buffer.concat([gzipSync(content), gzipSync(content)]);
    expect(await read('c.jsonl.gz', members)).toEqual(['one', "two 'quoted'", 'one', "two 'quoted'"]);
    await writeZstd(root, 'd.jsonl.zst', content.trimEnd().split('\n'));
    expect(await textsOf(reader, madeSource('d.jsonl.zst'))).toEqual(['one', "two 'quoted'"]);
  });

  test('go through one parser whatever the format', async () => {
    await writeFile(join(root, '1.jsonl'), jsonLines({ text: 'from lines' }));
    await writeFile(join(root, '2.txt'), '\ufeffplain "text"\n\nof\r\ntwo\0 paragraphs');
    await sql(root, `copy (select 'from rows' as text) to 'FOLDER/3.parquet' (format parquet)`);
    await writeFile(join(root, '4.txt.gz'), gzipSync('packed'));
    expect(await textsOf(reader, madeSource('.'))).toEqual([
      'from lines',
      'plain "text"\n\nof\r\ntwo\0 paragraphs',
      'from rows',
      'packed',
    ]);
  });

  test('of plain text stand under the name of the first text field', async () => {
    expect(await read('a.py', 'print(1)', { format: 'text', rules: { textFields: ['body', 'title'] } })).toEqual([
      'print(1)',
    ]);
    expect(await read('b.bin', Buffer.from([0x61, 0xff]), { format: 'text' })).toEqual(['1: not UTF-8']);
    expect(await read('c.txt', Buffer.alloc(16 * 2 ** 20 + 1, 'x'))).toEqual(['1: text of more than 16777216 bytes']);
  });

  test('carry the numbers of their lines from block to block', async () => {
    const line = jsonLines({ text: 'word '.repeat(300_000) });
    await writeFile(join(root, 'a.jsonl'), `${line.repeat(12)}broken\n${line.repeat(12)}`);
    const blocks = await blocksOf(reader, madeSource('a.jsonl'));
    expect(blocks.map(({ firstLine }) => firstLine)).toEqual([1, 11, 22]);
    expect(blocks.every(({ bytes }) => bytes.length <= 16_000_000 && bytes.at(-1) === 0x0a)).toBe(true);
  });
});

describe('archives', () => {
  test('half of one is refused, not half read', async () => {
    const content = jsonLines(...Array.from({ length: 5000 }, (_, i) => ({ text: `text ${i * i}` })));
    const whole = gzipSync(content);
    await expect(read('half.jsonl.gz', whole.subarray(0, whole.length / 2))).rejects.toThrow('not a whole gzip file');
    await expect(read('no.jsonl.gz', 'plain')).rejects.toThrow('not a whole gzip file');
    await expect(read('no.jsonl.zst', 'plain')).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.path',
      message: expect.stringMatching(/no.jsonl.zst is not a whole zstd file \(no frame starts.*zstd -t/),
    });
  });
});

test.each([
  ['plain', 'a.jsonl', (text: string) => text],
  ['gzip', 'a.jsonl.gz', (text: string) => gzipSync(text)],
  ['plain text', 'a.txt', (text: string) => text],
])('a %s file that changes between hashing and reading is not read as if it hadn’t', async (_, name, packed) => {
  const source = madeSource(name);
  await writeFile(join(root, name), packed(jsonLines({ text: 'a' })));
  const file = await reader.hash((await reader.files([source]))[0]!);
  await writeFile(join(root, name), packed(jsonLines({ text: 'b' })));
  const drain = async () => {
    for await (const block of reader.blocks(file, source)) expect(block.firstLine).toBe(1);
  };
  await expect(drain()).rejects.toMatchObject({ name: 'CorpusChanged' });
});

describe('verification', () => {
  const manifestFiles = async (source: Source) =>
    Promise.all(
      (await reader.files([source])).map(async (file) => {
        const { path, bytes, sha256 } = await reader.hash(file);
        return { path, bytes, sha256, documents: 1, bad: 0 };
      }),
    );

  test('who is cancelled waits for no file to be hashed or compared', async () => {
    await writeFile(join(root, 'h.jsonl'), jsonLines({ text: 'h' }));
    const files = await reader.files([madeSource('h.jsonl')]);
    const gone = AbortSignal.abort(new Error('cancelled'));
    await expect(reader.hash(files[0]!, gone)).rejects.toThrow('cancelled');
    await expect(reader.verify(await manifestFiles(madeSource('h.jsonl')), gone)).rejects.toThrow('cancelled');
  });

  test('passes while files are what they were', async () => {
    await place(join(root, 'c/a.jsonl'), jsonLines({ text: 'a' }));
    await place(join(root, 'c/b.jsonl'), jsonLines({ text: 'b' }));
    await reader.verify(await manifestFiles(madeSource('c')));
  });

  test.each([
    ['shorter', '{"te', /expected 13 bytes with SHA-256 [0-9a-f]{64}, found 4 bytes;/],
    [
      'other bytes',
      jsonLines({ text: 'B' }),
      /expected 13 bytes with SHA-256 [0-9a-f]{64}, found 13 bytes with SHA-256 [0-9a-f]{64};/,
    ],
    ['gone', null, /expected 13 bytes with SHA-256 [0-9a-f]{64}, found no file;/],
  ])('says which file is %s, what was expected and what is there', async (_, content, message) => {
    await place(join(root, 'c/a.jsonl'), jsonLines({ text: 'a' }));
    await place(join(root, 'c/b.jsonl'), jsonLines({ text: 'b' }));
    const files = await manifestFiles(madeSource('c'));
    if (content === null) await rm(join(root, 'c/b.jsonl'));
    else await writeFile(join(root, 'c/b.jsonl'), content);
    const refusal = await reader.verify(files).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'BadCorpus', field: 'corpus.path' });
    expect((refusal as Error).message).toContain('c/b.jsonl is not what ingest read');
    expect((refusal as Error).message).toMatch(message);
  });

  test('finds a file in whichever root it lies', async () => {
    await place(join(root, 'one/a.jsonl'), 'x');
    await place(join(root, 'two/a.jsonl'), 'y');
    reader = new CorpusReader([join(root, 'one'), join(root, 'two')]);
    const files = await manifestFiles(madeSource(join(root, 'two/a.jsonl')));
    await reader.verify(files);
    await rm(join(root, 'two/a.jsonl'));
    await expect(reader.verify(files)).rejects.toThrow('a.jsonl is not what ingest read');
  });
});
