import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Compute } from '../../adapters/compute.ts';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import type { CorpusShard } from '../../climb/corpus/corpus-artifacts.ts';
import { float32Of, uint32Of } from '../../climb/corpus/little-endian.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { specOf } from '../climb/made-search.ts';
import { json, openIngestLab, texts, words, type Settings } from './ingest-lab.ts';
import { madeReader, type MadeFile } from './made-reader.ts';
import { contextOf, failureOf, perform } from './made-world.ts';

const lab = openIngestLab();
const { compute, openIn, ingest, documentsOf, textsOf } = lab;

describe('a corpus', () => {
  test('becomes documents in order, with what is bad named by file and line', async () => {
    const { manifest, summary } = await ingest(
      [
        { path: 'a.jsonl', content: `${texts('b')}oops\n${texts('a')}\n${texts('b')}{"txt":1}\n` },
        { path: 'b.jsonl', content: texts('c', 'd', 'e'), unreadable: [2] },
      ],
      { lines: 2 },
    );
    expect(await textsOf(manifest.shards)).toEqual(['b', 'a', 'c', 'e']);
    expect(manifest.bad).toEqual([
      { file: 'a.jsonl', line: 2, reason: 'not JSON' },
      { file: 'a.jsonl', line: 6, reason: 'no field "text"' },
      { file: 'b.jsonl', line: 2, reason: 'too long' },
    ]);
    expect(manifest.files).toMatchObject([
      { path: 'a.jsonl', documents: 3, bad: 2 },
      { path: 'b.jsonl', documents: 2, bad: 1 },
    ]);
    expect(manifest).toMatchObject({ documents: 4, bytes: 4, records: 8, badCount: 3, duplicates: 1 });
    expect(manifest.shards.reduce((sum, { documents }) => sum + documents, 0)).toBe(4);
    expect(summary).toMatchObject({ documents: 4, bytes: 4, bad: 3, duplicates: 1 });
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(1024);
  });

  test('of many small files lies in few shards, none of two sources', async () => {
    const files = Array.from({ length: 30 }, (_, at) => ({
      path: `${at}.txt`,
      content: texts(`text ${at}`),
      source: at < 20 ? 0 : 1,
      format: 'text' as const,
    }));
    const sources = [
      { name: 'first', path: 'x' },
      { name: 'second', path: 'y' },
    ];
    const { manifest } = await ingest(files, { search: { corpus: { sources } }, most: 1e6 });
    expect(manifest.shards.map(({ documents }) => documents)).toEqual([20, 10]);
    expect(manifest.files[25]).toMatchObject({ source: 'second', path: '25.txt', documents: 1 });
  });

  test('is the same documents however it is cut and whoever computes', async () => {
    const content = texts(...Array.from({ length: 60 }, (_, at) => words(at % 50, 30).join(' ')));
    const search = { corpus: { path: 'x', nearDuplicates: true, heldOut: 0.2, maxCharacters: 200 } };
    const read = async (folder: string, lines: number, threads: Compute) => {
      lab.deps = { ...openIn(join(lab.root, folder)), compute: threads };
      const { manifest, ref } = await ingest(content, { search, lines });
      const { shards, heldOut, ...rest } = manifest;
      const kept = [await documentsOf(shards), await documentsOf(heldOut!.shards)];
      return { ref, kept, rest: { ...rest, heldOut: heldOut!.documents } };
    };
    const alone = new Compute(1);
    const first = await read('first', 7, compute);
    const again = await read('again', 7, alone);
    const otherwise = await read('otherwise', 60, compute);
    await alone.close();
    expect(again.ref).toEqual(first.ref);
    expect([otherwise.kept, otherwise.rest]).toEqual([first.kept, first.rest]);
    expect(first.rest.split).toBeGreaterThan(50);
    expect(first.rest.duplicates).toBeGreaterThan(10);
  });

  test('that changed is another one, the same one is not read twice', async () => {
    const first = await ingest(texts('a', 'b'));
    let read = 0;
    const reader = madeReader([{ path: 'a.jsonl', content: texts('a', 'b') }]);
    const counted = {
      ...reader,
      blocks: (...[file, source]: Parameters<typeof reader.blocks>) => (read++, reader.blocks(file, source)),
    };
    const { corpus, clusters, embedding } = specOf();
    const again = await perform(ingestCorpus({ ...lab.deps, corpus: counted }, 1), {
      corpus: { corpus, clusters, embedding },
      tasks: [],
    });
    expect([again.ref, read]).toEqual([first.ref, 0]);
    expect((await ingest(texts('a', 'c'))).ref).not.toEqual(first.ref);
  });
});

describe('an attempt that ends early', () => {
  const content = texts(...Array.from({ length: 40 }, (_, at) => `text ${at % 30}`));

  test('leaves what was parsed to the next one, which comes to the same', async () => {
    const parsed: string[] = [];
    const flaky = (failAt: number) =>
      Object.assign(new Compute(2), {
        run: (name: Parameters<Compute['run']>[0], ...rest: [never, never]) => {
          if (name === 'parseBlock' && parsed.push(name) === failAt) return Promise.reject(new Error('power cut'));
          return compute.run(name, ...rest);
        },
      });
    const undisturbed = await ingest(content, { lines: 4 });
    lab.deps = { ...openIn(join(lab.root, 'elsewhere')), compute: flaky(6) };
    await expect(ingest(content, { lines: 4 })).rejects.toThrow('power cut');
    const before = parsed.length;
    lab.deps = { ...lab.deps, compute: flaky(-1) };
    expect((await ingest(content, { lines: 4 })).ref).toEqual(undisturbed.ref);
    // Ten portions; of those begun one failed.
    expect(parsed.length - before).toBe(10 - (before - 1));
  });

  test('by cancelling is over at once', async () => {
    const context = contextOf();
    context.cancel();
    const { corpus, clusters, embedding } = specOf();
    const activity = ingestCorpus({ ...lab.deps, corpus: madeReader([{ path: 'a.jsonl', content }]) });
    await expect(context.run(activity, { corpus: { corpus, clusters, embedding }, tasks: [] })).rejects.toMatchObject({
      name: 'CancelledFailure',
    });
  });

  test('because the corpus changed is tried again', async () => {
    const reader = madeReader([{ path: 'a.jsonl', content }]);
    const changing = {
      ...reader,
      blocks: async function* (...[file, source]: Parameters<typeof reader.blocks>) {
        for await (const block of reader.blocks(file, source)) yield block;
        throw Object.assign(new Error('a.jsonl changed'), { name: 'CorpusChanged' });
      },
    };
    const { corpus, clusters, embedding } = specOf();
    const activity = ingestCorpus({ ...lab.deps, corpus: changing });
    await expect(perform(activity, { corpus: { corpus, clusters, embedding }, tasks: [] })).rejects.toMatchObject({
      name: 'CorpusChanged',
    });
  });
});

describe('vectors of the corpus', () => {
  const search: Partial<SearchFile> = { embedding: { kind: 'precomputed', field: 'v' } };
  const vectorsOf = async (shards: readonly CorpusShard[]) =>
    (await Promise.all(shards.map(async ({ vectors }) => [...float32Of(await lab.deps.store.read(vectors!))]))).flat();

  test('go with their documents, at unit length', async () => {
    const content = json(
      { text: 'a', v: [0, 3] },
      { text: 'b', v: [2, 0] },
      { text: 'a', v: [1, 1] },
      { text: 'c', v: [-1, 0] },
    );
    const { manifest } = await ingest(content, { lines: 3, search });
    expect(manifest).toMatchObject({ dimensions: 2, documents: 3, duplicates: 1 });
    expect(await vectorsOf(manifest.shards)).toEqual([0, 1, 1, 0, -1, 0]);
  });

  test('are all as long as the first one', async () => {
    const content = json(
      { text: 'a' },
      { text: 'b', v: [2, 0] },
      { text: 'c', v: [1, 1, 1] },
      { text: 'd', v: [0, 1] },
    );
    const { manifest } = await ingest(content, { lines: 1, search });
    expect(manifest.bad).toMatchObject([
      { line: 1, reason: 'no list of numbers in the field "v"' },
      { line: 3, reason: 'the list in the field "v" has 3 numbers, the first of the corpus has 2' },
    ]);
    expect(await textsOf(manifest.shards)).toEqual(['b', 'd']);
  });

  test('that lie in a file beside it are found by the numbers of their records', async () => {
    const beside: Partial<SearchFile> = { embedding: { kind: 'precomputed', path: 'v.npy' } };
    const files = [
      { path: 'a.jsonl', content: `${texts('a')}\noops\n${texts('b', 'a')}` },
      { path: 'b.jsonl', content: texts('a', 'c', 'b', 'd') },
    ];
    const { manifest } = await ingest(files, { lines: 2, search: beside });
    const rows = await Promise.all(
      manifest.shards.map(async ({ rows }) => [...uint32Of(await lab.deps.store.read(rows!))]),
    );
    expect(await textsOf(manifest.shards)).toEqual(['a', 'b', 'c', 'd']);
    expect(rows.flat()).toEqual([0, 2, 5, 7]);
    expect(manifest.records).toBe(8);
  });
});

describe('a corpus ends the search', () => {
  const strict = { corpus: { path: 'x', strict: true } };

  test.each<[string, string | MadeFile[], Settings, RegExp]>([
    [
      'that is empty',
      '',
      {},
      /^a.jsonl holds no document: expected text in the field "text" of its records, found no record in 0 bytes;/,
    ],
    [
      'with a file of another schema',
      [
        { path: 'a.jsonl', content: texts('a') },
        { path: 'b.jsonl', content: '\n{"body":"b"}\n{"body":"c"}\n' },
      ],
      {},
      /^b.jsonl holds no document.*found 2 bad records and no other, the first \(line 2\): no field "text";.*corpus.textField/,
    ],
    [
      'with a file whose vectors are missing: the field at fault is named',
      '{"text":"a"}\n{"text":"b"}\n',
      { search: { embedding: { kind: 'precomputed', field: 'v' } } },
      /^a.jsonl holds no document: expected a list of numbers in the field "v" of its records, found 2 bad .*try embedding.field,/,
    ],
    [
      'with a file whose scores are missing: the field at fault is named',
      '{"text":"a","edu":"5"}\n',
      { search: { clusters: { quality: { kind: 'field', fields: { educational: 'edu' } } } } },
      /expected a number in the field "edu" of its records, .*: no number .*try clusters.quality.fields.educational,/,
    ],
    [
      'of plain text that is none',
      [{ path: 'a.txt', content: '\n', format: 'text', unreadable: [1] }],
      {},
      /^corpus holds no document: got 1 record without .*the first: a.txt line 1: too long;/,
    ],
    [
      'that is strict and has a bad line',
      `${texts('a')}oops\n${texts('b')}`,
      { search: strict, lines: 1 },
      /^a.jsonl line 2: not JSON; a strict/,
    ],
    [
      'of which all is kept out or contaminated',
      texts(words(1, 20).join(' ')),
      { tasks: { t: [{ id: '0', query: words(1, 20).join(' '), choices: ['x'], gold: 0 }] } },
      /^nothing is left of 1 document of corpus: 0 say .*, 1 hold items of tasks, 0 are held out;/,
    ],
  ])('%s', async (_, files, settings, message) => {
    const failure = await failureOf(ingest(files, settings));
    expect(failure).toMatchObject({ type: 'BadCorpus', nonRetryable: true });
    expect(failure.message).toMatch(message);
  });

  test('naming the first bad line, however many portions are under way', async () => {
    const content = Array.from({ length: 40 }, (_, at) => (at >= 5 ? 'oops\n' : texts(`text ${at}`))).join('');
    const failure = await failureOf(ingest(content, { search: strict, lines: 1 }));
    expect(failure.message).toMatch(/^a.jsonl line 6: /);
  });

  test('as its reader says', async () => {
    const refusing = {
      ...madeReader([]),
      files: () => Promise.reject(Object.assign(new Error('no such folder'), { name: 'BadCorpus' })),
    };
    const { corpus, clusters, embedding } = specOf();
    const activity = ingestCorpus({ ...lab.deps, corpus: refusing });
    const failure = await failureOf(perform(activity, { corpus: { corpus, clusters, embedding }, tasks: [] }));
    expect(failure).toMatchObject({ type: 'BadCorpus', nonRetryable: true, message: 'no such folder' });
  });
});
