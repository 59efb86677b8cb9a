import {
  DuckDBInstance,
  DuckDBListValue,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { BadCorpus } from './bad-corpus.ts';
import { lineLimit, type RawLine } from './line-splitter.ts';

/** A column as DuckDB names and types it. */
export type ParquetColumn = { readonly name: string; readonly type: DuckDBType };

/** What a record's field is made from. */
export type ColumnRead = { readonly field: string; readonly sql: string };

/** One thread, little memory, nothing written, nothing installed. The memory is what a page and 2,048 rows may take. */
const options = {
  threads: '1',
  memory_limit: '512MB',
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

/** A Parquet file, read row by row. */
export class ParquetRows {
  readonly columns: readonly ParquetColumn[];
  readonly rows: number;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #file: OpenedFile;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    file: OpenedFile,
    columns: readonly ParquetColumn[],
    rows: number,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#file = file;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Opens a file so that nothing else can be reached from the database, be it a file or the network.
   * @param field of the search file, for errors
   * @throws BadCorpus for what isn't a whole Parquet file
   */
  static async open(file: { readonly path: string; readonly location: string }, field: string): Promise<ParquetRows> {
    const { location, path } = file;
    if (location.includes('\\')) {
      throw new BadCorpus(
        field,
        `${path} has a backslash in its name, by which no Parquet file can be opened; rename it`,
      );
    }
    // A pattern that only the file's own name matches: DuckDB takes every name for a glob.
    const name = location.replace(/[[*?]/g, '[$&]');
    const instance = await DuckDBInstance.create(':memory:', options);
    try {
      const connection = await instance.connect();
      // A full buffer is told by its vectors' lengths, not by their texts': by default it holds a whole file of long ones.
      await connection.run(`set streaming_buffer_size = '1KB'`);
      await connection.run(`set allowed_paths = [${quoted(location)}, ${quoted(name)}]`);
      await connection.run('set enable_external_access = false');
      await connection.run('set lock_configuration = true');
      const opened = { path, name, field };
      const result = await connection.run(`select * from ${source} limit 0`, [name]).catch(refuse(opened));
      const types = result.columnTypes();
      const columns = result.columnNames().map((column, at) => ({ name: column, type: types[at]! }));
      const counted = await connection.run(`select count(*) from ${source}`, [name]).catch(refuse(opened));
      const rows = Number((await counted.getRows())[0]![0]);
      return new ParquetRows(instance, connection, opened, columns, rows);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /**
   * The rows in their order, each the JSON line of a record.
   * @throws BadCorpus for a file that can't be read to its end
   */
  async *lines(reads: readonly ColumnRead[]): AsyncGenerator<Iterable<RawLine>> {
    const { path, name, field } = this.#file;
    const chosen = reads.map(({ sql }) => sql).join(', ');
    const keys = reads.map((read) => `${JSON.stringify(read.field)}:`);
    const result = await this.#connection.stream(`select ${chosen} from ${source}`, [name]).catch(refuse(this.#file));
    let taken = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      yield linesOf(chunk, keys);
      taken += chunk.rowCount;
      // Its memory would otherwise wait for the garbage collector, which doesn't see it.
      chunk.reset();
    }
    if (taken === this.rows) return;
    // An error within a stream only ends it. Going through the file again says which one it was.
    const hashes = reads.map(({ sql }) => `count(hash(${sql}))`).join(', ');
    await this.#connection.run(`select ${hashes} from ${source}`, [name]).catch(refuse(this.#file));
    throw new BadCorpus(
      field,
      `${path} gave ${taken} rows of ${this.rows}: part of the corpus would be missing; write the file again with smaller row groups`,
    );
  }

  close(): void {
    this.#instance.closeSync();
  }
}

type OpenedFile = { readonly path: string; readonly name: string; readonly field: string };

const source = 'read_parquet($1, hive_partitioning = false)';

function* linesOf(chunk: DuckDBDataChunk, keys: readonly string[]): Iterable<RawLine> {
  const vectors = keys.map((_, at) => chunk.getColumnVector(at));
  for (let row = 0; row < chunk.rowCount; row++) {
    const fields = keys.map((key, at) => key + json(vectors[at]!.getItem(row)));
    const bytes = Buffer.from(`{${fields.join(',')}}`);
    yield bytes.length <= lineLimit ? bytes : { bad: `row of more than ${lineLimit} bytes` };
  }
}

/** Columns are read as text, numbers or lists of numbers. */
function json(value: DuckDBValue): string {
  return JSON.stringify(value instanceof DuckDBListValue ? value.items : value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^Out of Memory/,
    `a page of it, or 2,048 rows, take more than ${options.memory_limit} of memory; write it again with smaller pages and row groups, or as JSON lines`,
  ],
  [/encoding|utf-?8/i, 'a text in it is not UTF-8; write it again from clean text'],
];

/** DuckDB's own words can quote the file's texts, so only the kind of its error is passed on. */
function refuse({ path, field }: OpenedFile): (error: Error) => never {
  return (error) => {
    const kind = /^[A-Z][A-Za-z ]* Error/.exec(error.message)?.[0] ?? error.name;
    const remedy = remedies.find(([pattern]) => pattern.test(error.message))?.[1];
    throw new BadCorpus(
      field,
      `${path} can't be read as Parquet (${kind}): ${remedy ?? 'it is not a whole Parquet file, or damaged; copy it again, or give its format'}`,
    );
  };
}
