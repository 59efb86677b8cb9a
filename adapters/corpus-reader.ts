import { createHash } from 'node:crypto';
import { describeFile } from './artifact-store.ts';
import { BadCorpus } from './bad-corpus.ts';
import { gzipLimits, readCorpusBytes, type GzipLimits } from './corpus-bytes.ts';
import { findCorpusFiles, type CorpusFile } from './corpus-files.ts';
import { lineLimit, splitLines } from './line-splitter.ts';

/** `corpus` of the search file. */
export type CorpusSource = {
  readonly path: string;
  readonly format: 'auto' | 'jsonl';
  readonly textField: string;
  readonly labelField?: string | undefined;
  /** A bad document ends the reading instead of being reported. */
  readonly strict: boolean;
};

export type HashedCorpusFile = CorpusFile & { readonly sha256: string };

export type Document = {
  /** First 128 bits of the SHA-256 of the text, hex. */
  readonly id: string;
  readonly text: string;
  readonly label?: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
};

/** A line of a corpus file: a document, or the reason why it isn't one. */
export type CorpusLine = { readonly line: number } & ({ readonly document: Document } | { readonly bad: string });

/** Reads corpora that lie in the allowed roots. */
export class CorpusReader {
  readonly #roots: readonly string[];
  readonly #limits: GzipLimits;

  constructor(roots: readonly string[], limits: GzipLimits = gzipLimits) {
    this.#roots = roots;
    this.#limits = limits;
  }

  /** @throws BadCorpus */
  files({ path, format }: CorpusSource): Promise<CorpusFile[]> {
    return findCorpusFiles(this.#roots, path, format === 'jsonl');
  }

  /** Adds the hash of the file's bytes: a corpus that changes is another corpus. */
  async hash(file: CorpusFile): Promise<HashedCorpusFile> {
    return { ...file, ...(await describeFile(file.location)) };
  }

  /**
   * Looks at a corpus before anything is paid for: its files, and whether it has `least` different documents, for which
   * only as much is read as it takes.
   * @throws BadCorpus
   */
  async inspect(corpus: CorpusSource, least = 1): Promise<{ files: { path: string; bytes: number }[] }> {
    const files = await this.files(corpus);
    const ids = new Set<string>();
    for (const file of files) {
      if (ids.size >= least) break;
      for await (const line of this.read(file, corpus)) {
        if ('document' in line && ids.add(line.document.id).size >= least) break;
      }
    }
    if (ids.size < least) {
      throw new BadCorpus(
        'corpus.path',
        `${corpus.path} holds ${ids.size} different documents with text in the field "${corpus.textField}", but ${least} are needed: each cluster needs one at least; try corpus.textField, more documents, or a smaller clusters.initial`,
      );
    }
    return { files: files.map(({ path, bytes }) => ({ path, bytes })) };
  }

  /**
   * Every line of a file that isn't blank, in order.
   * @throws BadCorpus for a file that can't be read to its end, and for the first bad document of a strict corpus
   */
  async *read(file: CorpusFile | HashedCorpusFile, corpus: CorpusSource): AsyncGenerator<CorpusLine> {
    for await (const { number, bytes } of splitLines(readCorpusBytes(file, this.#limits))) {
      const parsed = bytes === null ? { bad: `line of more than ${lineLimit} bytes` } : parseLine(bytes, corpus);
      if (parsed === undefined) continue;
      if ('bad' in parsed && corpus.strict) {
        throw new BadCorpus(
          'corpus.strict',
          `${file.path} line ${number}: ${parsed.bad}; a strict corpus has no bad documents; mend the line, or say "strict": false to skip and count such lines`,
        );
      }
      yield { line: number, ...parsed };
    }
  }
}

// Takes away a byte order mark, at the start of any line, since files with one get concatenated.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns undefined for a blank line */
function parseLine(
  bytes: Uint8Array,
  { textField, labelField }: CorpusSource,
): { document: Document } | { bad: string } | undefined {
  let line: string;
  try {
    line = utf8.decode(bytes);
  } catch {
    return { bad: 'not UTF-8' };
  }
  if (line.trim() === '') return undefined;
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return { bad: 'not JSON' };
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return { bad: 'not a JSON object' };
  const text = own(record, textField);
  if (text === undefined) return { bad: `no field "${textField}"` };
  if (typeof text !== 'string') return { bad: `field "${textField}" is not a string` };
  if (text.trim() === '') return { bad: `field "${textField}" is empty` };
  const encoded = Buffer.from(text, 'utf8');
  // A surrogate without its other half has no UTF-8, so what is stored and hashed would not be what was read.
  if (/\p{Surrogate}/u.test(text)) return { bad: `field "${textField}" has half a surrogate pair` };
  const label = labelField === undefined ? undefined : own(record, labelField);
  const id = createHash('sha256').update(encoded).digest('hex').slice(0, 32);
  return { document: { id, text, bytes: encoded.length, ...(typeof label === 'string' && { label }) } };
}

/** A field of its own: `__proto__` and the like are fields as any other, and never inherited. */
function own(record: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(record, field)?.value;
}
