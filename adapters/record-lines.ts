import type { Source } from '../climb/corpus/reading.ts';
import { describeFile } from './artifact-store.ts';
import { readCorpusBytes, refuseChange, type ArchiveLimits } from './corpus-bytes.ts';
import type { CorpusFile } from './corpus-files.ts';
import { splitLines, type RawLine } from './line-splitter.ts';
import { openParquet } from './parquet-file.ts';
import { textLine } from './text-files.ts';

/**
 * A corpus file as lines of JSON whatever its format, so that all records go through one parser.
 * @throws BadCorpus for a file that can't be read to its end; CorpusChanged at the end, for other bytes than were hashed
 */
export async function* recordLines(
  file: CorpusFile & { readonly sha256?: string },
  source: Source,
  limits: ArchiveLimits,
): AsyncGenerator<Iterable<RawLine>> {
  const field = `${source.field}.path`;
  switch (file.format) {
    case 'jsonl':
      yield* splitLines(readCorpusBytes(file, field, limits));
      return;
    case 'text':
      yield [await textLine(readCorpusBytes(file, field, limits), source.rules.textFields[0] ?? 'text')];
      return;
    case 'parquet': {
      const { rows, columns } = await openParquet(file, source);
      try {
        yield* rows.lines(columns);
      } finally {
        rows.close();
      }
      if (file.sha256 !== undefined) {
        refuseChange(file.path, file.sha256, (await describeFile(file.location)).sha256);
      }
    }
  }
}
