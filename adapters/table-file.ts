import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { csvText } from '../climb/exchange/csv.ts';
import type { PlainTable } from '../climb/exchange/proxy-table.ts';
import { adopt, publish, temporaryBeside } from './publish.ts';

const sqlTypes = { text: 'VARCHAR', number: 'DOUBLE', integer: 'BIGINT' } as const;

/** Writes a table; the file is there as a whole or not at all. */
export async function writeTable(
  path: string,
  format: 'csv' | 'parquet',
  { columns, rows }: PlainTable,
): Promise<void> {
  if (format === 'csv') {
    const names = columns.map(({ name }) => name);
    return publish(path, csvText(names, rows));
  }
  await mkdir(dirname(path), { recursive: true });
  const whole = temporaryBeside(path);
  try {
    await writeParquet(whole, { columns, rows });
    await adopt(whole, path);
  } finally {
    await rm(whole, { force: true });
  }
}

/** DuckDB is loaded with the first table that needs it: 20 MB. */
async function writeParquet(path: string, { columns, rows }: PlainTable): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const types = columns.map(({ name, type }) => `"${name.replaceAll('"', '""')}" ${sqlTypes[type]}`);
    await connection.run(`create table proxies (${types.join(', ')})`);
    const appender = await connection.createAppender('proxies');
    for (const row of rows) {
      row.forEach((value, at) => {
        if (value === null) appender.appendNull();
        else if (columns[at]?.type === 'text') appender.appendVarchar(String(value));
        else if (columns[at]?.type === 'integer') appender.appendBigInt(BigInt(value));
        else appender.appendDouble(Number(value));
      });
      appender.endRow();
    }
    appender.closeSync();
    await connection.run(`copy proxies to '${path.replaceAll("'", "''")}' (format parquet, compression zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
