import { firstVectorLength, type BlockPart } from '../../climb/corpus/parse-block.ts';
import type { PartPlace } from '../../climb/corpus/reading-tally.ts';
import type { Source } from '../../climb/corpus/reading.ts';
import type { CorpusReader, HashedCorpusFile } from '../../adapters/corpus-reader.ts';

/** Bytes of JSON lines that a thread parses at once: a shard, as every later stage reads it. */
export const portionBytes = 16_000_000;

/** Lines of one source that become a shard: a piece of a large file, or several small files. */
export type Portion = {
  readonly source: Source;
  readonly parts: readonly (BlockPart & { readonly place: PartPlace })[];
  /** Length of the corpus's vectors; null where it brings none. */
  readonly dimensions: number | null;
};

/**
 * The corpus in portions, in reading order. Where they are cut depends on the files alone, so that a portion is known
 * again whoever reads it.
 * @param most bytes of a portion, unless a single block has more
 * @throws BadCorpus, CorpusChanged
 */
export async function* corpusPortions(
  reader: Pick<CorpusReader, 'blocks'>,
  files: readonly HashedCorpusFile[],
  sources: readonly Source[],
  most: number = portionBytes,
): AsyncGenerator<Portion> {
  let dimensions: number | null = null;
  let parts: Portion['parts'][number][] = [];
  let bytes = 0;
  let open: Source | undefined;
  const close = (): Portion => {
    const portion = { source: open as Source, parts, dimensions };
    parts = [];
    bytes = 0;
    return portion;
  };
  for (const [at, file] of files.entries()) {
    const source = sources[file.source] as Source;
    if (open !== source && parts.length > 0) yield close();
    open = source;
    for await (const block of reader.blocks(file, source)) {
      if (parts.length > 0 && bytes + block.bytes.length > most) yield close();
      const part = {
        bytes: compact(block.bytes),
        unreadable: block.bad.map(({ line, reason }) => ({ line: line - block.firstLine, reason })),
        place: { file: at, firstLine: block.firstLine },
      };
      if (source.rules.vectorField !== null) dimensions ??= firstVectorLength(part, source.rules, source.name);
      parts.push(part);
      bytes += block.bytes.length;
      if (bytes >= most) yield close();
    }
  }
  if (parts.length > 0) yield close();
}

/** A small file's bytes without the room that they were read into: thousands of them make a portion. */
function compact(bytes: Uint8Array): Uint8Array {
  return 2 * bytes.byteLength < bytes.buffer.byteLength ? bytes.slice() : bytes;
}
