import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BrokenZstd, unzstd } from '../../adapters/unzstd.ts';
import { writeZstd } from './made-corpus.ts';
import { scratch } from './scratch.ts';

const folder = scratch();
const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} of ${(i * 7919) % 1013} and ${(i * i) % 9973}`);
const text = lines.map((line) => `${line}\n`).join('');
let made: Promise<Buffer> | undefined;
const compressed = () => (made ??= writeZstd(folder, 'lines.zst', lines).then((path) => readFile(path)));

async function decode(bytes: Uint8Array, chunk = bytes.length || 1): Promise<string> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield await Promise.resolve(bytes.subarray(at, at + chunk));
  }
  const parts: Uint8Array[] = [];
  for await (const part of unzstd(chunks())) parts.push(part);
  return Buffer.concat(parts).toString();
}

const number = (value: number, length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => Math.floor(value / 256 ** at) % 256));
const magic = number(0xfd2fb528, 4);
const block = (kind: number, size: number, last: boolean, body: string) =>
  Buffer.concat([number(size * 8 + kind * 2 + Number(last), 3), Buffer.from(body)]);
const stored = (content: string, last = true) => block(0, content.length, last, content);
/** A frame whose content size stands in one byte, and which has no window of its own. */
const short = (content: string) => Buffer.concat([magic, Buffer.from([0x20, content.length]), stored(content)]);
const skippable = (content: string) =>
  Buffer.concat([number(0x184d2a5a, 4), number(content.length, 4), Buffer.from(content)]);

describe('what a real compressor wrote', () => {
  test.each([1, 3, 17, 4096, 1_000_000])('comes out whole in chunks of %i bytes', async (chunk) => {
    expect((await decode(await compressed(), chunk)) === text).toBe(true);
  });

  test('comes out of several frames, skippable and empty ones between them', async () => {
    const frames = [skippable('index'), await compressed(), short(''), skippable(''), await compressed(), short('end')];
    expect((await decode(Buffer.concat(frames), 1000)) === `${text}${text}end`).toBe(true);
  });

  test('is refused when it is cut anywhere but between frames', async () => {
    const whole = await compressed();
    for (const length of [1, 3, 5, 9, 100, whole.length / 2, whole.length - 5, whole.length - 1]) {
      await expect(decode(whole.subarray(0, length), 64)).rejects.toThrow('ends before its last frame does');
    }
    await expect(decode(skippable('index').subarray(0, 10))).rejects.toThrow('ends before its last frame does');
  });

  test('damaged, it ends in an error or in other bytes, always soon', async () => {
    const small = await readFile(await writeZstd(folder, 'small.zst', lines.slice(0, 300)));
    await fc.assert(
      fc.asyncProperty(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(small);
        damaged[at]! ^= flip;
        const result = await decode(damaged).catch((error: unknown) => error);
        expect(typeof result === 'string' || result instanceof BrokenZstd).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('a reader that stops early closes what it read from', async () => {
  let open = true;
  async function* chunks() {
    try {
      yield await compressed();
    } finally {
      open = false;
    }
  }
  for await (const part of unzstd(chunks())) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  expect(open).toBe(false);
});

describe('frames by hand', () => {
  test.each([
    ['nothing', Buffer.alloc(0), ''],
    ['a frame of a few bytes', short('hi'), 'hi'],
    ['many tiny frames', Buffer.concat(Array.from({ length: 30_000 }, () => short('x'))), 'x'.repeat(30_000)],
    [
      'blocks of every size, with a checksum at their end',
      Buffer.concat([
        magic,
        Buffer.from([0x04, 0x38]),
        stored('a', false),
        stored('', false),
        stored('b'),
        number(7, 4),
      ]),
      'ab',
    ],
    [
      'a run of one byte',
      Buffer.concat([magic, Buffer.from([0, 0x38]), block(1, 70_000, true, 'z')]),
      'z'.repeat(70_000),
    ],
  ])('%s', async (_, bytes, content) => {
    expect(await decode(bytes, 11)).toBe(content);
  });

  test.each([
    ['something else', Buffer.from('{"text":"plain"}'), 'no frame starts where one should'],
    ['something else behind a frame', Buffer.concat([short('a'), Buffer.from('junk')]), 'no frame starts'],
    ['a window of 2 GB', Buffer.concat([magic, Buffer.from([0, 0xa8]), stored('a')]), 'its window is 2147483648 bytes'],
    [
      'a content of 1 TB in one window',
      Buffer.concat([magic, Buffer.from([0xe0]), number(2 ** 40, 8), stored('a')]),
      'its window is 1099511627776 bytes',
    ],
    [
      'a block of 2 MB',
      Buffer.concat([magic, Buffer.from([0, 0x38]), block(1, 2_000_000, true, 'z')]),
      'a block is larger',
    ],
    [
      'a block of no kind',
      Buffer.concat([magic, Buffer.from([0, 0x38]), block(3, 1, true, 'z')]),
      'invalid block type',
    ],
    ['a dictionary', Buffer.concat([magic, Buffer.from([0x01, 0x38, 9]), stored('a')]), 'needs a dictionary'],
  ])('%s is refused', async (_, bytes, message) => {
    const refusal = await decode(bytes).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BrokenZstd);
    expect((refusal as Error).message).toContain(message);
  });
});
