import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import type { Source } from '../../climb/corpus/reading.ts';
import { jsonLines, madeSource, sql, writeZstd } from './made-corpus.ts';
import { place } from './scratch.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-inspection-'));
});
afterEach(() => rm(root, { recursive: true }));

const inspect = (sources: Source | Source[], { least = 1, strict = false } = {}) =>
  new CorpusReader([root]).inspect([sources].flat(), { least, strict });
const write = (name: string, content: string | Uint8Array) => place(join(root, name), content);
const texts = (from: number, to: number) =>
  jsonLines(...Array.from({ length: to - from }, (_, at) => ({ text: `text ${from + at}` })));

describe('different documents', () => {
  test('are counted over all files and formats, equal texts once', async () => {
    await write('c/a.jsonl', texts(0, 3));
    await write('c/b.jsonl.gz', gzipSync(texts(2, 5)));
    await write('c/d.txt', 'text 4');
    await write('c/e.md', 'text 5');
    await writeZstd(join(root, 'c'), 'f.jsonl.zst', ['{"text":"text 6"}']);
    await sql(join(root, 'c'), `copy (select 'text ' || i as text from range(5, 9) r(i)) to 'FOLDER/g.parquet'`);
    const { files } = await inspect(madeSource('c'), { least: 9 });
    expect(files.map(({ path, format }) => [path, format])).toEqual([
      ['c/a.jsonl', 'jsonl'],
      ['c/b.jsonl.gz', 'jsonl'],
      ['c/d.txt', 'text'],
      ['c/e.md', 'text'],
      ['c/f.jsonl.zst', 'jsonl'],
      ['c/g.parquet', 'parquet'],
    ]);
    expect(files[0]!.bytes).toBe(texts(0, 3).length);
    await expect(inspect(madeSource('c'), { least: 10 })).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.path',
      message: expect.stringContaining('c holds 9 different documents with text in the field "text"'),
    });
  });

  test('are looked for behind the beginning too', async () => {
    await write('a.jsonl', jsonLines({ text: 'same' }).repeat(5000) + texts(0, 50));
    await inspect(madeSource('a.jsonl'), { least: 51 });
    await expect(inspect(madeSource('a.jsonl'), { least: 52 })).rejects.toThrow('holds 51 different documents');
  });

  test('are not looked for further than it takes, and only beginnings of other files are read', async () => {
    await write('a.jsonl', texts(0, 120));
    const behind = gzipSync(texts(0, 60_000));
    await write('b.jsonl.gz', behind.subarray(0, behind.length / 2));
    await inspect(madeSource('.'), { least: 100 });
    await write('b.jsonl.gz', 'broken');
    await expect(inspect(madeSource('.'), { least: 100 })).rejects.toThrow('b.jsonl.gz is not a whole gzip file');
  });

  test('of several sources are counted together', async () => {
    await write('a.jsonl', texts(0, 2));
    await write('b.jsonl', jsonLines({ body: 'text 1' }, { body: 'other' }));
    const sources = [
      madeSource('a.jsonl', { name: 'a', field: 'corpus.sources.0' }),
      madeSource('b.jsonl', { name: 'b', field: 'corpus.sources.1', rules: { textFields: ['body'] } }),
    ];
    await inspect(sources, { least: 3 });
    await expect(inspect(sources, { least: 4 })).rejects.toMatchObject({
      field: 'corpus.sources',
      message: expect.stringContaining(
        'the corpus holds 3 different documents with text in the field "text" or "body"',
      ),
    });
  });
});

describe('a field that no record at the beginning has', () => {
  test.each([
    [
      'text',
      jsonLines({ body: 'a', n: 1 }),
      {},
      'corpus.textField',
      '"text" as a string; found "body" (string), "n" (number)',
    ],
    ['text of another type', jsonLines({ text: ['secret'] }), {}, 'corpus.textField', 'found "text" (list)'],
    [
      'several texts',
      jsonLines({ c: null }),
      { textFields: ['a', 'b.c'] },
      'corpus.textField',
      '"a" or "b.c" as a string; found "c" (null)',
    ],
    ['vector', jsonLines({ text: 'a' }), { vectorField: 'v' }, 'embedding.field', '"v" as a list of numbers'],
    [
      'score',
      jsonLines({ text: 'a', q: '5' }),
      { scoreFields: { edu: 'q' } },
      'clusters.quality.fields.edu',
      '"q" (string)',
    ],
    ['id', jsonLines({ text: 'a' }), { idField: 'id' }, 'corpus.idField', '"id" as a string or a number'],
    [
      'domain',
      jsonLines({ text: 'a' }),
      { domainField: 'domain' },
      'clusters.field',
      'none of its first 1 record has "domain"',
    ],
    ['any field', '{}\n', {}, 'corpus.textField', 'found no field'],
  ] as const)(
    '%s: is refused with file, field, what was expected and found',
    async (_, content, rules, field, message) => {
      await write('a.jsonl', texts(0, 5));
      await write('c/b.jsonl', content);
      const refusal = await inspect(madeSource('c', { rules })).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ name: 'BadCorpus', field, message: expect.stringContaining(message) });
      expect((refusal as Error).message).toContain('c/b.jsonl: none of its first');
      expect((refusal as Error).message).not.toContain('secret');
    },
  );

  test('in any of the files is enough, and the source is named', async () => {
    await write('a/1.jsonl', texts(0, 5));
    await write('a/2.jsonl', jsonLines({ body: 'a' }).repeat(300));
    const source = madeSource('a', { name: 'web', field: 'corpus.sources.3' });
    await expect(inspect(source)).rejects.toMatchObject({
      field: 'corpus.sources.3.textField',
      message: expect.stringContaining('a/2.jsonl: none of its first 100 records has "text"'),
    });
  });

  test('is no reason to refuse where one record has it', async () => {
    await write('a.jsonl', jsonLines({ body: 'a' }).repeat(98) + jsonLines({ text: 'a' }) + '[1]\nbroken\n');
    await inspect(madeSource('a.jsonl'));
    await write('b.jsonl', jsonLines({ body: 'a' }, { text: ' ' }, { text: '\ud800' }));
    await expect(inspect(madeSource('b.jsonl'))).rejects.toThrow(
      'b.jsonl: none of its first 3 records is a document, the first (line 1): no field "text"',
    );
  });

  test('names of fields are cut short, however many and long they are', async () => {
    await write(
      'a.jsonl',
      jsonLines(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i} ${'x'.repeat(500)}`, 1]))),
    );
    const refusal = await inspect(madeSource('a.jsonl')).catch((error: unknown) => error);
    expect((refusal as Error).message).toContain('and 38 more');
    expect((refusal as Error).message.length).toBeLessThan(1200);
  });

  test('a source’s name stands in for its records’ field "source"', async () => {
    await write('a.jsonl', texts(0, 5));
    await inspect(madeSource('a.jsonl', { name: 'web', rules: { domainField: 'source' } }));
    await expect(inspect(madeSource('a.jsonl', { rules: { domainField: 'source' } }))).rejects.toMatchObject({
      field: 'clusters.field',
    });
  });
});

describe('a file without a document', () => {
  test('of which nothing can be read at its beginning is refused, as ingest would', async () => {
    await write('c/a.jsonl', texts(0, 5));
    await write('c/b.jsonl', '\nbroken\n'.repeat(300));
    await expect(inspect(madeSource('c'))).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.path',
      message: expect.stringContaining(
        'c/b.jsonl: none of its first 100 records is a document, the first (line 2): not JSON; the corpus would lack',
      ),
    });
    await write('c/b.jsonl', 'broken\n'.repeat(99) + texts(0, 1));
    await inspect(madeSource('c'));
  });

  test('whose fields are there but worth nothing is refused at the field at fault, once it was read to its end', async () => {
    const rules = { vectorField: 'v' };
    await write('a.jsonl', jsonLines({ text: 'a', v: [0, 0] }));
    await expect(inspect(madeSource('a.jsonl', { rules }))).rejects.toMatchObject({
      field: 'embedding.field',
      message: expect.stringMatching(/first 1 record is a document, .* only zeros.*; try embedding.field/),
    });
    const later = jsonLines({ text: 'a', v: [1, 0] });
    await write('a.jsonl', jsonLines({ text: 'a', v: [0, 0] }).repeat(200) + later);
    await inspect(madeSource('a.jsonl', { rules }));
  });
});

describe('what the looking showed', () => {
  test('bad records at the beginnings, and the first of them', async () => {
    await write('c/a.jsonl', `${texts(0, 2)}{}\n${texts(2, 4)}`);
    await write('c/b.jsonl', `oops\n${texts(4, 200)}oops\n`);
    const { inspected } = await inspect(madeSource('c'));
    expect(inspected).toEqual({
      records: 105,
      bad: 2,
      firstBad: { file: 'c/a.jsonl', line: 3, reason: 'no field "text"' },
      unlabelled: [],
    });
    expect((await inspect(madeSource('c/!(b).jsonl'))).inspected).toMatchObject({ records: 5, bad: 1 });
  });

  test('a label field that no document has', async () => {
    await write('a.jsonl', texts(0, 5));
    await write('b.jsonl', texts(5, 9) + jsonLines({ text: 'b', topic: 'x' }));
    const rules = { labelField: 'topic' };
    const sources = [madeSource('b.jsonl', { name: 'b', rules }), madeSource('a.jsonl', { name: 'a', rules })];
    expect((await inspect(sources)).inspected.unlabelled).toEqual([1]);
    expect((await inspect(madeSource('a.jsonl'))).inspected.unlabelled).toEqual([]);
  });
});

test('Parquet files of one source have the same columns, as far as they are read', async () => {
  await sql(
    root,
    `copy (select 'a' as text, 1 as id, 'x' as label) to 'FOLDER/1.parquet'`,
    `copy (select 'b' as text, 2 as id, 1 as further) to 'FOLDER/2.parquet'`,
    `copy (select 'c' as text, '3' as id) to 'FOLDER/3.parquet'`,
  );
  await inspect(madeSource('.'), { least: 3 });
  await inspect(madeSource('[12].parquet', { rules: { idField: 'id' } }));
  await expect(inspect(madeSource('.', { rules: { idField: 'id' } }))).rejects.toMatchObject({
    name: 'BadCorpus',
    field: 'corpus.path',
    message: expect.stringContaining(
      '3.parquet has other columns than 1.parquet: expected "text" VARCHAR, "id" INTEGER, found "text" VARCHAR, "id" VARCHAR',
    ),
  });
});

test('of a long Parquet file only the first rows are looked at', async () => {
  await sql(
    root,
    `copy (select if(i = 0, null, 'text ' || i) as text from range(30000) r(i)) to 'FOLDER/a.parquet' (row_group_size 5000)`,
    `copy (select if(i < 100, null, 'text ' || i) as text from range(30000) r(i)) to 'FOLDER/late.parquet'`,
  );
  await inspect(madeSource('a.parquet'), { least: 99 });
  await inspect(madeSource('a.parquet'), { least: 29_999 });
  await expect(inspect(madeSource('late.parquet'))).rejects.toThrow('none of its first 100 records has "text"');
});

describe('an empty file', () => {
  test.each([
    ['empty.jsonl', ''],
    ['blank.jsonl', '\n \r\n\ufeff\n\n'],
    ['empty.jsonl.gz', gzipSync('')],
  ])('%s is refused: its shard may be lost', async (name, content) => {
    await write('c/a.jsonl', texts(0, 5));
    await write(`c/${name}`, content);
    await expect(inspect(madeSource('c'))).rejects.toMatchObject({
      name: 'BadCorpus',
      field: 'corpus.path',
      message: expect.stringMatching(new RegExp(`c/${name} is empty .*remove it, or leave it out by a glob`)),
    });
    await inspect(madeSource('c/!(empty|blank).*'));
  });

  test('of Parquet too', async () => {
    await sql(root, `copy (select 'a' as text limit 0) to 'FOLDER/none.parquet' (format parquet)`);
    await expect(inspect(madeSource('none.parquet'))).rejects.toThrow('none.parquet is empty');
  });

  test('of plain text is but a bad document', async () => {
    await write('c/__init__.py', '');
    await write('c/a.py', 'print(1)');
    await inspect(madeSource('c', { format: 'text' }));
    await expect(inspect(madeSource('c', { format: 'text' }), { least: 2 })).rejects.toThrow('holds 1 different');
  });
});

test('a strict corpus has no bad documents', async () => {
  await write('a.jsonl', `${texts(0, 1)}\n{}\n`);
  await expect(inspect(madeSource('a.jsonl'), { strict: true })).rejects.toMatchObject({
    name: 'BadCorpus',
    field: 'corpus.strict',
    message: expect.stringContaining('a.jsonl line 3: no field "text"'),
  });
});

test('thousands of plain files are not all opened where some are enough', async () => {
  for (let i = 0; i < 20; i++) await write(`c/${i}.txt`, `text ${i}`);
  await writeFile(join(root, 'c/9.txt.gz'), 'broken');
  await inspect(madeSource('c'), { least: 5 });
  await expect(inspect(madeSource('c'), { least: 21 })).rejects.toThrow('9.txt.gz is not a whole gzip file');
});
