import type { Manifest } from '../climb/corpus/corpus-artifacts.ts';
import type { Source } from '../climb/corpus/reading.ts';
import { allowedPath } from './allowed-path.ts';
import { describeFile } from './artifact-store.ts';
import { BadCorpus } from './bad-corpus.ts';
import { cutBlocks, type CorpusBlock } from './corpus-blocks.ts';
import { archiveLimits, type ArchiveLimits } from './corpus-bytes.ts';
import { findCorpusFiles, type CorpusFile } from './corpus-files.ts';
import type { FileFormat } from './corpus-format.ts';
import { inspectCorpus, type Inspected, type Inspection } from './corpus-inspection.ts';
import { recordLines } from './record-lines.ts';

export type HashedCorpusFile = CorpusFile & { readonly sha256: string };

/** Reads corpora that lie in the allowed roots. */
export class CorpusReader {
  readonly #roots: readonly string[];
  readonly #limits: ArchiveLimits;

  constructor(roots: readonly string[], limits: ArchiveLimits = archiveLimits) {
    this.#roots = roots;
    this.#limits = limits;
  }

  /**
   * The files of all sources, in the order of the sources and, within one, of their paths.
   * @throws BadCorpus
   */
  files(sources: readonly Source[]): Promise<CorpusFile[]> {
    return findCorpusFiles(this.#roots, sources);
  }

  /** Adds the hash of the file's bytes: a corpus that changes is another corpus. */
  async hash(file: CorpusFile, signal?: AbortSignal): Promise<HashedCorpusFile> {
    return { ...file, ...(await describeFile(file.location, signal)) };
  }

  /**
   * A file's records as JSON lines, in blocks that threads parse.
   * @throws BadCorpus for a file that can't be read to its end; CorpusChanged at the end, for other bytes than were hashed
   */
  blocks(file: HashedCorpusFile, source: Source): AsyncGenerator<CorpusBlock> {
    return cutBlocks(recordLines(file, source, this.#limits));
  }

  /**
   * Looks at a corpus before anything is paid for, at no more than the beginnings of its files where they are enough.
   * @throws BadCorpus
   */
  async inspect(
    sources: readonly Source[],
    inspection: Inspection,
  ): Promise<{ files: { path: string; bytes: number; format: FileFormat }[]; inspected: Inspected }> {
    const files = await this.files(sources);
    const lines = (file: CorpusFile, source: Source) => recordLines(file, source, this.#limits);
    const inspected = await inspectCorpus(files, sources, lines, inspection);
    return { files: files.map(({ path, bytes, format }) => ({ path, bytes, format })), inspected };
  }

  /**
   * Files are still what ingest read: their sizes, which cost nothing, before their hashes.
   * @throws BadCorpus
   */
  async verify(files: Manifest['files'], signal?: AbortSignal): Promise<void> {
    const places = await Promise.all(files.map((file) => this.#places(file.path)));
    for (const [at, file] of files.entries()) {
      const found = places[at]!;
      if (!found.some(({ bytes }) => bytes === file.bytes)) {
        throw changed(file, found.length === 0 ? 'no file' : `${found.map(({ bytes }) => bytes).join(' or ')} bytes`);
      }
    }
    for (const [at, file] of files.entries()) {
      const same = places[at]!.filter(({ bytes }) => bytes === file.bytes);
      const hashes = await Promise.all(same.map(async ({ location }) => (await describeFile(location, signal)).sha256));
      if (!hashes.includes(file.sha256)) {
        throw changed(file, `${file.bytes} bytes with SHA-256 ${hashes.join(' or ')}`);
      }
    }
  }

  /** A manifest doesn't say which root a path counts from. */
  async #places(path: string): Promise<{ location: string; bytes: number }[]> {
    const found = await Promise.allSettled(this.#roots.map((root) => allowedPath([root], path)));
    return found.flatMap((place) => (place.status === 'fulfilled' && !place.value.folder ? [place.value] : []));
  }
}

function changed({ path, bytes, sha256, source }: Manifest['files'][number], found: string): BadCorpus {
  return new BadCorpus(
    source === undefined ? 'corpus.path' : 'corpus.sources',
    `${path} is not what ingest read: expected ${bytes} bytes with SHA-256 ${sha256}, found ${found}; clusters and tokens of two different corpora would be mixed; put the file back, or start the search again`,
  );
}
