import { join } from 'node:path';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import type { CorpusBlock } from '../../adapters/corpus-blocks.ts';
import { parseRecord } from '../../climb/corpus/parse-record.ts';
import type { ReadingRules, Source } from '../../climb/corpus/reading.ts';

const rules: ReadingRules = {
  textFields: ['text'],
  idField: null,
  labelField: null,
  domainField: null,
  vectorField: null,
  scoreFields: {},
  maxCharacters: 100_000,
  heldOut: 0,
  nearDuplicates: false,
  rowNumbers: false,
};

/** One of a search file's sources: alone it is the corpus's path. */
export function madeSource(
  path: string,
  { rules: changed, ...more }: Partial<Omit<Source, 'rules'>> & { rules?: Partial<ReadingRules> } = {},
): Source {
  return { name: null, path, format: 'auto', field: 'corpus', ...more, rules: { ...rules, ...changed } };
}

/** All blocks of all files of the sources. */
export async function blocksOf(reader: CorpusReader, ...sources: Source[]): Promise<CorpusBlock[]> {
  const blocks: CorpusBlock[] = [];
  for (const file of await reader.files(sources)) {
    for await (const block of reader.blocks(await reader.hash(file), sources[file.source]!)) blocks.push(block);
  }
  return blocks;
}

/** What each line is: its text, or `line: what is wrong with it`; blank lines left out. */
export async function textsOf(reader: CorpusReader, ...sources: Source[]): Promise<string[]> {
  const [source] = sources;
  return (await blocksOf(reader, ...sources)).flatMap(({ bytes, firstLine, bad }) => {
    const lines = Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1);
    return lines.flatMap((line, at) => {
      const number = firstLine + at;
      const unreadable = bad.find((one) => one.line === number);
      if (unreadable !== undefined) return [`${number}: ${unreadable.reason}`];
      const parsed = parseRecord(Buffer.from(line, 'latin1'), source!.rules, source!.name);
      if (parsed === undefined) return [];
      return ['record' in parsed ? parsed.record.text : `${number}: ${parsed.bad}`];
    });
  });
}

export const jsonLines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** Runs SQL in a folder's database of its own, such as `copy (select …) to 'FOLDER/a.parquet'`. */
export async function sql(folder: string, ...statements: string[]): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    for (const statement of statements) await connection.run(statement.replaceAll('FOLDER', folder));
  } finally {
    instance.closeSync();
  }
}

/** Writes lines, none of which has a control character, as a zstd file of a real compressor. */
export async function writeZstd(folder: string, name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const values = lines.map((line) => `'${line.replaceAll("'", "''")}'`).join(', ');
  await sql(
    folder,
    `copy (select unnest([${values}])) to '${path}' (format csv, header false, quote '', escape '', delimiter '\x01', compression zstd)`,
  );
  return path;
}
