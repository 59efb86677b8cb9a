import { createHash } from 'node:crypto';
import type { ingestCorpus } from '../../activities/ingest-corpus.ts';

export type MadeFile = {
  readonly path: string;
  readonly content: string;
  readonly source?: number;
  readonly format?: 'jsonl' | 'text';
  /** Lines that can't be read, from 1. */
  readonly unreadable?: readonly number[];
};

type Reader = Parameters<typeof ingestCorpus>[0]['corpus'];

/** A reader of files that lie in memory, in blocks of so many lines: what cutting must not change. */
export function madeReader(files: readonly MadeFile[], linesPerBlock = 1000): Reader {
  const contentOf = (path: string) => files.find((file) => file.path === path) as MadeFile;
  return {
    files: () =>
      Promise.resolve(
        files.map(({ path, content, source = 0, format = 'jsonl' }) => ({
          path,
          location: path,
          bytes: Buffer.byteLength(content),
          source,
          format,
        })),
      ),
    hash: (file) =>
      Promise.resolve({ ...file, sha256: createHash('sha256').update(contentOf(file.path).content).digest('hex') }),
    blocks: async function* ({ path }) {
      const { content, unreadable = [] } = contentOf(path);
      const lines = content.split(/(?<=\n)/).filter((line) => line !== '');
      for (let from = 0; from < lines.length; from += linesPerBlock) {
        const bytes = new TextEncoder().encode(lines.slice(from, from + linesPerBlock).join(''));
        const bad = unreadable
          .filter((line) => line > from && line <= from + linesPerBlock)
          .map((line) => ({ line, reason: 'too long' }));
        await Promise.resolve();
        yield { bytes, firstLine: from + 1, bad };
      }
    },
  };
}
