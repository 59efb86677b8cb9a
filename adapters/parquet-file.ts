import type { Source } from '../climb/corpus/reading.ts';
import type { CorpusFile } from './corpus-files.ts';
import type { UsedColumn } from './parquet-columns.ts';
import type { ParquetRows } from './parquet-rows.ts';

/**
 * A Parquet file and the columns that a source's rules need of it; to be closed. DuckDB is loaded with the first one:
 * a corpus without Parquet has no use for its 20 MB.
 * @throws BadCorpus for what isn't a whole Parquet file, or lacks columns
 */
export async function openParquet(
  file: CorpusFile,
  source: Source,
): Promise<{ rows: ParquetRows; columns: UsedColumn[] }> {
  const [{ ParquetRows }, { usedColumns }] = await Promise.all([
    import('./parquet-rows.ts'),
    import('./parquet-columns.ts'),
  ]);
  const rows = await ParquetRows.open(file, `${source.field}.path`);
  try {
    return { rows, columns: usedColumns(file.path, rows.columns, source) };
  } catch (error) {
    rows.close();
    throw error;
  }
}
