import { execFile, execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import { madeSource, textsOf } from '../adapters/made-corpus.ts';
import { place, scratch } from '../adapters/scratch.ts';

/** What a corpus can do to its reader: rows 30 to 33 of the fault matrix. */

const folder = realpathSync(scratch());
const reader = new CorpusReader([join(folder, 'root')]);

type Found = { lines: number; bytes: number; bad: { line: number; reason: string }[]; error: string; peakMb: number };

/** In a process of its own, whose memory can be measured. */
async function readApart(path: string): Promise<Found> {
  const script = join(import.meta.dirname, 'stand-in/read-corpus.ts');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', script, join(folder, 'root'), path],
    { env },
  );
  return JSON.parse(stdout) as Found;
}

const megabytes = 1_000_000;

// A minute at most: each reads hundreds of megabytes in a process of its own.
describe('memory', () => {
  test('row 30: a line of 600 MB is skipped and counted, in 150 MB', async () => {
    const path = await place(join(folder, 'root/long.jsonl'), '{"text":"before"}\n{"text":"');
    const file = await open(path, 'r+');
    // A hole: 600 million zeros that lie on no disk.
    await file.write('"}\n{"text":"after"}\n', 600 * megabytes);
    await file.close();
    const found = await readApart('long.jsonl');
    expect(found).toMatchObject({
      lines: 3,
      bytes: '{"text":"before"}\n\n{"text":"after"}\n'.length,
      bad: [{ line: 2, reason: 'line of more than 16777216 bytes' }],
      error: '',
    });
    expect(found.peakMb).toBeLessThanOrEqual(150);
  }, 60_000);

  test('row 33: a gzip bomb is stopped by its ratio, in 200 MB', async () => {
    await mkdir(join(folder, 'root'), { recursive: true });
    const line = Buffer.from(`${JSON.stringify({ text: ' '.repeat(100_000) })}\n`);
    const bomb = Readable.from(
      (function* () {
        for (let i = 0; i < 5000; i++) yield line;
      })(),
    );
    await pipeline(bomb, createGzip(), createWriteStream(join(folder, 'root/bomb.jsonl.gz')));
    const { error, bytes, peakMb } = await readApart('bomb.jsonl.gz');
    expect(error).toMatch(/^bomb.jsonl.gz grows from \d+ bytes to more than \d+: .* looks like a gzip bomb/);
    expect(bytes).toBeLessThan(200 * megabytes);
    expect(peakMb).toBeLessThanOrEqual(200);
  }, 60_000);

  test.each([
    ['many blocks of one byte each', 0x38, 100_000],
    ['the largest window that is kept', 0x78, 100_000],
    ['a window that would take 2 GB', 0xa8, 10],
  ])(
    'row 33: a zstd bomb of %s is stopped, in 200 MB',
    async (_, window, blocks) => {
      // Each block says: this byte, 131,072 times.
      const block = (last: boolean) => Buffer.from([2 + Number(last), 0x00, 0x10, 0x20]);
      const frame = [
        Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]),
        ...Array.from({ length: blocks - 1 }, () => block(false)),
        block(true),
      ];
      await place(join(folder, 'root/bomb.jsonl.zst'), Buffer.concat(frame));
      const { error, bytes, peakMb } = await readApart('bomb.jsonl.zst');
      expect(error).toMatch(blocks === 10 ? /its window is 2147483648 bytes/ : /^bomb.jsonl.zst grows .* zstd bomb/);
      expect(bytes).toBeLessThan(200 * megabytes);
      expect(peakMb).toBeLessThanOrEqual(200);
    },
    60_000,
  );

  test('row 33: a bomb of modest ratio is stopped by its size', async () => {
    const small = new CorpusReader([join(folder, 'root')], { bytes: 100, ratio: 200 });
    await place(join(folder, 'root/large.jsonl.gz'), gzipSync(JSON.stringify({ text: 'some words '.repeat(20) })));
    await expect(textsOf(small, madeSource('large.jsonl.gz'))).rejects.toThrow('looks like a gzip bomb');
    await expect(small.inspect([madeSource('large.jsonl.gz')], { least: 1, strict: false })).rejects.toThrow(
      'gzip bomb',
    );
  });
});

describe('bytes', () => {
  const line = (text: string) => Buffer.from(`{"text":"${text}"}`);
  const broken = (...bytes: number[]) =>
    Buffer.concat([Buffer.from('{"text":"'), Buffer.from(bytes), Buffer.from('"}')]);

  test('row 31: bad UTF-8, NUL, byte order marks, CRLF and halves of surrogates are told exactly', async () => {
    const lines: [Buffer, string, string | null][] = [
      [Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), line('mark')]), '\r\n', null],
      [broken(0xff), '\n', 'not UTF-8'],
      [broken(0xc0, 0xaf), '\n', 'not UTF-8'],
      [broken(0xed, 0xa0, 0x80), '\n', 'not UTF-8'],
      [broken(0xf4, 0x90, 0x80, 0x80), '\n', 'not UTF-8'],
      [broken(0xe2, 0x82), '\r\n', 'not UTF-8'],
      [Buffer.from('{"text":"raw \0 nul"}'), '\n', 'not JSON'],
      [line('escaped \\u0000 nul'), '\n', null],
      [Buffer.alloc(5), '\n', 'not JSON'],
      [line('carriage\\rreturn'), '\r\n', null],
      [line('half \\ud83d'), '\n', 'field "text" has half a surrogate pair'],
      [line('\\ude00 half'), '\n', 'field "text" has half a surrogate pair'],
      [line('whole \\ud83d\\ude00'), '\n', null],
      [Buffer.from('\ufeff\ufeff{}'), '\n', 'not JSON'],
      [Buffer.from('  '), '\r\n', null],
      [Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), line('another mark')]), '\n', null],
      [line('no end'), '', null],
    ];
    await place(
      join(folder, 'root/odd.jsonl'),
      Buffer.concat(lines.flatMap(([bytes, end]) => [bytes, Buffer.from(end)])),
    );
    const found = await textsOf(reader, madeSource('odd.jsonl'));
    const bad = lines.flatMap(([, , reason], at) => (reason === null ? [] : [`${at + 1}: ${reason}`]));
    expect(found.filter((text) => /^\d+: /.test(text))).toEqual(bad);
    expect(found.filter((text) => !/^\d+: /.test(text))).toEqual([
      'mark',
      'escaped \0 nul',
      'carriage\rreturn',
      'whole 😀',
      'another mark',
      'no end',
    ]);
  });

  test('row 31: in plain text too', async () => {
    await place(join(folder, 'root/texts/1'), Buffer.from('\ufeffmark\r\nand \0'));
    await place(join(folder, 'root/texts/2'), Buffer.from([0x61, 0xed, 0xa0, 0x80]));
    await place(join(folder, 'root/texts/3'), ' \r\n');
    expect(await textsOf(reader, madeSource('texts', { format: 'text' }))).toEqual([
      'mark\r\nand \0',
      '1: not UTF-8',
      '1: field "text" is empty',
    ]);
  });
});

describe('paths', () => {
  test.each([
    ['../outside.jsonl', 'outside the folders'],
    ['../../../../../../etc/passwd', 'outside the folders'],
    ['/etc/passwd', 'outside the folders'],
    ['/dev/zero', 'outside the folders'],
    ['/proc/self/environ', 'outside the folders'],
    ['paths/link.jsonl', 'outside the folders'],
    ['paths/links', 'outside the folders'],
    ['paths/links/*', 'outside the folders'],
    ['paths/link*', 'outside the folders'],
    ['../*.jsonl', 'outside the folders'],
    ['/etc/*', 'outside the folders'],
    ['paths/pipe.jsonl', 'neither a file nor a folder'],
    ['paths/pipe*', 'neither a file nor a folder'],
    ['paths/dangling.jsonl', "can't open"],
    ['paths/\0.jsonl', "can't open"],
  ])('row 32: %j is refused', async (path, message) => {
    await place(join(folder, 'outside.jsonl'), '{"text":"secret"}\n');
    await place(join(folder, 'outside/a.jsonl'), '{"text":"secret"}\n');
    await mkdir(join(folder, 'root/paths'), { recursive: true });
    const once = (error: NodeJS.ErrnoException) => expect(error.code).toBe('EEXIST');
    await symlink(join(folder, 'outside.jsonl'), join(folder, 'root/paths/link.jsonl')).catch(once);
    await symlink(join(folder, 'outside'), join(folder, 'root/paths/links')).catch(once);
    await symlink('nowhere', join(folder, 'root/paths/dangling.jsonl')).catch(once);
    execFileSync('sh', ['-c', '[ -p "$1" ] || mkfifo "$1"', 'sh', join(folder, 'root/paths/pipe.jsonl')]);
    for (const format of ['auto', 'jsonl', 'text', 'parquet'] as const) {
      const refusal = await reader
        .inspect([madeSource(path, { format })], { least: 1, strict: false })
        .catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        name: 'BadCorpus',
        field: 'corpus.path',
        message: expect.stringContaining(message),
      });
      expect((refusal as Error).message).not.toContain('secret');
    }
  });

  test('row 32: Parquet reaches no other file, even by what its name would match', async () => {
    await writeFile(join(folder, 'root/paths/lie.parquet'), `${join(folder, 'outside.jsonl')}\n`);
    await expect(textsOf(reader, madeSource('paths/lie.parquet'))).rejects.toMatchObject({ name: 'BadCorpus' });
  });
});
