import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import type { ReadingRules } from '../../climb/corpus/reading.ts';
import { blocksOf, madeSource, sql, textsOf } from './made-corpus.ts';
import { filesBelow, scratch } from './scratch.ts';

const folder = scratch();
const reader = new CorpusReader([folder]);

beforeAll(() =>
  sql(
    folder,
    `copy (select 'text ' || i as text, i::bigint + 9007199254740993 as big, i as small, {'de ep': {'te''xt': 'inner ' || i}, 'n': i} as meta,
       [i::float, 'nan'::float] as bad, [i::float + 1, .5] as vec, [i::double + 1, .25]::double[2] as arr, i / 8 as score,
       i::decimal(9, 2) as price, date '2024-01-01' + i::int as day, i % 2 = 0 as even, 'x'::blob as raw, "Text" from
       (select i, 'no' as "Text" from range(3) r(i))) to 'FOLDER/a.parquet' (format parquet)`,
    `copy (select * from (values ('one'), (null), (''), ('four')) v(text)) to 'FOLDER/nulls.parquet' (format parquet)`,
    `copy (select 1 as text) to 'FOLDER/int.parquet' (format parquet)`,
    `copy (select 'a'::blob as text) to 'FOLDER/blob.parquet' (format parquet)`,
    `copy (select 'x' as text limit 0) to 'FOLDER/none.parquet' (format parquet)`,
  ),
);

async function records(name: string, rules: Partial<ReadingRules> = {}): Promise<unknown[]> {
  const blocks = await blocksOf(reader, madeSource(name, { rules }));
  const text = blocks.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

describe('rows', () => {
  test('become records of the fields that the rules name, and no others', async () => {
    expect(await records('a.parquet')).toEqual([{ text: 'text 0' }, { text: 'text 1' }, { text: 'text 2' }]);
  });

  test('keep ids that no double holds, and dates, numbers and truth values as names', async () => {
    const [first] = await records('a.parquet', { idField: 'big', labelField: 'even', domainField: 'day' });
    expect(first).toEqual({ text: 'text 0', big: '9007199254740993', even: 'true', day: '2024-01-01' });
  });

  test('give fields of structs under their dotted names', async () => {
    const [, second] = await records('a.parquet', { textFields: ["meta.de ep.te'xt", 'text'], idField: 'meta.n' });
    expect(second).toEqual({ "meta.de ep.te'xt": 'inner 1', text: 'text 1', 'meta.n': '1' });
  });

  test('give vectors and scores as numbers', async () => {
    const found = await records('a.parquet', {
      vectorField: 'vec',
      scoreFields: { a: 'score', b: 'price', c: 'small' },
    });
    expect(found[1]).toEqual({ text: 'text 1', vec: [2, 0.5], score: 0.125, price: 1, small: 1 });
    expect((await records('a.parquet', { vectorField: 'arr' }))[2]).toEqual({ text: 'text 2', arr: [3, 0.25] });
    expect((await records('a.parquet', { vectorField: 'bad' }))[1]).toEqual({ text: 'text 1', bad: [1, null] });
  });

  test('without text are bad records, by their numbers', async () => {
    expect(await textsOf(reader, madeSource('nulls.parquet'))).toEqual([
      'one',
      '2: field "text" is not a string',
      '3: field "text" is empty',
      'four',
    ]);
  });

  test('come in their order over row groups and blocks, the same ones every time', async () => {
    await sql(
      folder,
      `copy (select i || repeat(' word', 60) as text from range(70000) r(i)) to 'FOLDER/long.parquet' (format parquet, row_group_size 5000)`,
    );
    const [first, second] = [
      await blocksOf(reader, madeSource('long.parquet')),
      await blocksOf(reader, madeSource('long.parquet')),
    ];
    expect(first.length).toBe(2);
    let row = 0;
    for (const { bytes, firstLine } of first) {
      expect(firstLine).toBe(row + 1);
      for (const line of Buffer.from(bytes).toString().split('\n').slice(0, -1)) {
        if (!line.startsWith(`{"text":"${row++} word`)) throw new Error(`row ${row} is out of order`);
      }
    }
    expect(row).toBe(70_000);
    expect(second.every(({ bytes }, at) => Buffer.compare(bytes, first[at]!.bytes) === 0)).toBe(true);
  });

  test('leave no file behind', async () => {
    const before = await filesBelow(folder);
    await records('a.parquet');
    expect(await filesBelow(folder)).toEqual(before);
  });
});

describe('names that DuckDB or a shell would read otherwise', () => {
  test.each([
    "it's [1]*?.parquet",
    '**',
    '{a,b}.parquet',
    'new\nline.parquet',
    '$(id) `id`; --.parquet',
    "'), 'a.parquet",
    's3:x.parquet',
    'domain=web.parquet',
  ])('%j', async (name) => {
    // What the name would match as a pattern.
    await copyFile(join(folder, 'int.parquet'), join(folder, "it's 1xxx.parquet"));
    await copyFile(join(folder, 'a.parquet'), join(folder, name));
    expect(await textsOf(reader, madeSource(name, { format: 'parquet' }))).toEqual(['text 0', 'text 1', 'text 2']);
  });

  test('a backslash, which is not to be had, is refused', async () => {
    await copyFile(join(folder, 'a.parquet'), join(folder, 'a\\b.parquet'));
    await expect(textsOf(reader, madeSource('a\\b.parquet'))).rejects.toThrow('has a backslash in its name');
  });
});

describe('refused, with file, column, what was expected and what is there', () => {
  test.each([
    [
      'no column of the name',
      'a.parquet',
      { textFields: ['body'] },
      'corpus.textField',
      'a.parquet has no column "body"',
    ],
    ['a name in other letters', 'a.parquet', { textFields: ['TEXT'] }, 'corpus.textField', 'no column "TEXT"'],
    ['no field of the struct', 'a.parquet', { textFields: ['meta.none'] }, 'corpus.textField', 'expected VARCHAR'],
    ['a text of numbers', 'int.parquet', {}, 'corpus.textField', 'column "text" is INTEGER, expected VARCHAR'],
    ['a text of bytes', 'blob.parquet', {}, 'corpus.textField', 'column "text" is BLOB, expected VARCHAR'],
    ['an id that is none', 'a.parquet', { idField: 'vec' }, 'corpus.idField', 'column "vec" is FLOAT[]'],
    ['a vector of text', 'a.parquet', { vectorField: 'text' }, 'embedding.field', 'expected a list of FLOAT or DOUBLE'],
    [
      'a score of text',
      'a.parquet',
      { scoreFields: { q: 'day' } },
      'clusters.quality.fields.q',
      'column "day" is DATE',
    ],
    ['no domain', 'a.parquet', { domainField: 'site' }, 'clusters.field', 'has no column "site"'],
  ] as const)('%s', async (_, name, rules, field, message) => {
    const refusal = await textsOf(reader, madeSource(name, { rules })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'BadCorpus', field, message: expect.stringContaining(message) });
    expect((refusal as Error).message).toMatch(/found the columns .*"?text"? /);
  });

  test('a label that is missing is no reason to refuse', async () => {
    expect(await records('a.parquet', { labelField: 'none' })).toHaveLength(3);
  });

  test('what is no Parquet file, half of one, or a damaged one', async () => {
    await writeFile(join(folder, 'lie.parquet'), '{"text":"secret"}\n'.repeat(10));
    await copyFile(join(folder, 'long.parquet'), join(folder, 'half.parquet'));
    await truncate(join(folder, 'half.parquet'), 10_000);
    const bytes = await readFile(join(folder, 'long.parquet'));
    const middle = Math.floor(bytes.length / 2);
    bytes.fill(0xa5, middle, middle + 2000);
    await writeFile(join(folder, 'damaged.parquet'), bytes);
    for (const name of ['lie', 'half', 'damaged']) {
      const refusal = await textsOf(reader, madeSource(`${name}.parquet`)).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        name: 'BadCorpus',
        field: 'corpus.path',
        message: expect.stringContaining(`${name}.parquet can't be read as Parquet`),
      });
      expect((refusal as Error).message).not.toContain('secret');
      expect((refusal as Error).message).not.toContain(folder);
    }
  });

  test('one whose rows no memory holds', async () => {
    // 700 rows of a megabyte are read at once. Writing them takes seconds: no smaller file does not fit.
    await sql(
      folder,
      `copy (select repeat(i || ' word ', 130000) as text from range(700) r(i)) to 'FOLDER/huge.parquet' (format parquet)`,
    );
    await expect(textsOf(reader, madeSource('huge.parquet'))).rejects.toThrow(
      /Out of Memory Error.*take more than 512MB/,
    );
  });
});

test('a file that changes after it was hashed is not read as if it hadn’t', async () => {
  await copyFile(join(folder, 'a.parquet'), join(folder, 'changing.parquet'));
  const source = madeSource('changing.parquet');
  const [file] = await reader.files([source]);
  const hashed = await reader.hash(file!);
  await copyFile(join(folder, 'nulls.parquet'), join(folder, 'changing.parquet'));
  const drain = async () => {
    for await (const block of reader.blocks(hashed, source)) expect(block.firstLine).toBe(1);
  };
  await expect(drain()).rejects.toMatchObject({ name: 'CorpusChanged' });
});
