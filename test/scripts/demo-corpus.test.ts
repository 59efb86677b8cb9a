import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { docstrings, glosses, mailBody, writeCorpus } from '../../scripts/setup/demo-corpus.mjs';
import { LONGEST, cut, sample } from '../../scripts/setup/pieces.mjs';
import { nodeModuleFiles } from '../../scripts/setup/sources.mjs';
import { fetchPackage, readTar } from '../../scripts/setup/tarball.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-corpus-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A ustar archive of regular files ('0'), or of other entries by type. */
function tar(entries: [path: string, content: string, type?: string][]): Buffer {
  const blocks = entries.flatMap(([path, content, type = '0']) => {
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
    header.write(type, 156);
    header.write('ustar\0' + '00', 257);
    const body = Buffer.from(content);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('a tarball', () => {
  test('gives its regular files by path, sorted, without the leading folder', () => {
    const files = readTar(
      tar([
        ['package/b.txt', 'two'],
        ['package/a.txt', 'x'.repeat(1_000)],
        ['package/lib', '', '5'],
      ]),
    );
    expect([...files].map(([path, bytes]) => [path, bytes.length])).toEqual([
      ['a.txt', 1_000],
      ['b.txt', 3],
    ]);
  });

  test('takes a long path from its pax header', () => {
    const path = `package/${'long/'.repeat(30)}file.txt`;
    const record = ` path=${path}\n`;
    const files = readTar(
      tar([
        ['PaxHeader/file.txt', `${record.length + 3}${record}`, 'x'],
        ['package/long/trunc', 'text'],
        ['package/next', 'n'],
      ]),
    );
    expect([...files.keys()]).toEqual([path.slice('package/'.length), 'next']);
  });

  test('cut short is refused', () => {
    expect(() => readTar(tar([['package/a.txt', 'x'.repeat(2_000)]]).subarray(0, 1_500))).toThrow(
      'cut short at byte 0',
    );
  });

  test('with another hash than the pinned one is refused', async () => {
    const bytes = gzipSync(tar([['package/a.txt', 'text']]));
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    /** Takes the place of npm: puts a tarball where it is asked to. */
    const npm = (content: Buffer) => ({
      path: '',
      close: () => undefined,
      run: (_name: string, _command: string, args: string[]) =>
        writeFile(join(args.at(-1) ?? '', 'a-1.0.0.tgz'), content),
    });
    expect((await fetchPackage('a@1.0.0', integrity, npm(bytes))).get('a.txt')?.toString()).toBe('text');
    await expect(fetchPackage('a@1.0.0', integrity, npm(gzipSync('other')))).rejects.toThrow(
      /a@1.0.0 came with the hash sha512-.* instead of/,
    );
  });
});

describe('pieces', () => {
  const line = (n: number) => `${String(n).padStart(4, '0')} ${'word '.repeat(60)}\n`;

  test('hold whole lines, as many as fit, and lose nothing', () => {
    const text = Array.from({ length: 40 }, (_, n) => line(n)).join('');
    const pieces = cut('a.txt', text);
    expect(pieces.map(({ id }) => id)).toEqual(pieces.map((_, n) => `a.txt#${n}`));
    expect(Math.max(...pieces.map((piece) => piece.text.length))).toBeLessThanOrEqual(LONGEST);
    expect(
      pieces
        .map((piece) => piece.text)
        .join('\n')
        .replaceAll(/\s+/g, ' '),
    ).toBe(text.trim().replaceAll(/\s+/g, ' '));
  });

  test('cut a long line at a space, and never inside a character', () => {
    expect(cut('a', `${'x'.repeat(2_000)} ${'y'.repeat(2_000)}`).map(({ text }) => text.length)).toEqual([
      2_000, 2_000,
    ]);
    const faces = cut('a', `z${'😀'.repeat(4_000)}`);
    expect(faces.every(({ text }) => Buffer.from(text).toString() === text)).toBe(true);
    expect(faces.reduce((sum, { text }) => sum + text.length, 0)).toBe(8_001);
  });

  test('that are too short or stand there twice are left out', () => {
    expect(cut('a', 'Kind regards\n')).toEqual([]);
    const [piece] = cut('b', line(1));
    const [twin] = cut('a', line(1));
    expect(sample([piece!, twin!], 1e6)).toEqual([twin]);
  });

  test('are sampled up to a size, the same ones whatever their order', () => {
    const pieces = Array.from({ length: 50 }, (_, n) => cut(`${n}`, line(n))).flat();
    const chosen = sample(pieces, 5_000);
    expect(chosen).toHaveLength(16);
    expect(sample(pieces.toReversed(), 5_000)).toEqual(chosen);
  });
});

describe('extraction', () => {
  test('a mail without its headers', () =>
    expect(mailBody('From: a\nTo: b\n\nHello,\n\nyou\n')).toBe('Hello,\n\nyou\n'));

  test('WordNet: word and gloss, no licence, no pointers', () => {
    const data =
      '  1 This software and database is being provided\n00003993 03 n 01 congener 0 001 @ 00003553 n 0000 | a whole of the same kind; "its congener, butter"  \n00005787 03 n 0a living_thing 0 000 | alive  \n';
    expect(glosses(data)).toBe('congener: a whole of the same kind; "its congener, butter"\nliving thing: alive\n');
  });

  test('Python: documentation strings alone', () => {
    expect(docstrings('def f(x):\n    r"""Doubles.\n\n    Returns 2x.\n    """\n    return 2 * x\n')).toBe(
      'Doubles.\n\nReturns 2x.\n',
    );
  });

  test('node modules: no platform packages, no links, no broken UTF-8', async () => {
    const put = async (path: string, content: string | Buffer) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    };
    await put('plain/package.json', '{}');
    await put('plain/README.md', 'plain\r\ntext');
    await put('plain/docs/readme.md', Buffer.from([0xff, 0xfe]));
    await put('native/package.json', '{"os":["linux"]}');
    await put('native/README.md', 'native');
    await symlink(join(folder, 'plain'), join(folder, 'linked'));
    expect(await nodeModuleFiles(folder, /readme\.md$/i)).toEqual([{ source: 'plain/README.md', text: 'plain\ntext' }]);
  });
});

describe('the corpus', () => {
  const texts = (word: string) => [{ source: 'a.txt', text: `${word} `.repeat(100) }];

  test('is gzipped JSON lines, the same bytes each time', async () => {
    const corpus = join(folder, 'corpus');
    await writeCorpus(corpus, 1e6, { novel: texts('whale'), code: texts('return') });
    expect(await readdir(corpus)).toEqual(['code.jsonl.gz', 'novel.jsonl.gz']);
    const bytes = await readFile(join(corpus, 'novel.jsonl.gz'));
    expect(JSON.parse(gunzipSync(bytes).toString())).toEqual({
      id: 'a.txt#0',
      domain: 'novel',
      text: 'whale '.repeat(100).trim(),
    });
    await writeCorpus(corpus, 1e6, { novel: texts('whale'), code: texts('return') });
    expect(await readFile(join(corpus, 'novel.jsonl.gz'))).toEqual(bytes);
  });

  test('stays as it was when a new one fails half way', async () => {
    const corpus = join(folder, 'corpus');
    await writeCorpus(corpus, 1e6, { novel: texts('whale') });
    await expect(writeCorpus(corpus, 1e6, { novel: texts('ship'), code: [] })).rejects.toThrow(
      'no text for the domain code',
    );
    expect(gunzipSync(await readFile(join(corpus, 'novel.jsonl.gz'))).toString()).toContain('whale');
  });
});
