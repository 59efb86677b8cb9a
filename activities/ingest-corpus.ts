import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type { BadDocument, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import type { ShardDocument } from '../climb/corpus/corpus-shard.ts';
import type { CorpusSource, HashedCorpusFile } from '../adapters/corpus-reader.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type IngestSummary = {
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly duplicates: number;
  readonly bad: number;
};

/** Text bytes after which a shard is closed: what a thread reads, computes and hands back at once. */
const shardBytes = 16_000_000;

/** Bad documents named in the manifest; all are counted. */
const badNamed = 100;

/**
 * Reads a corpus once and for all: documents by content, exact duplicates dropped, in shards that every later stage
 * reads. A retry reads again, but writes nothing that is there already.
 * @throws ApplicationFailure BadCorpus, not retryable
 */
export function ingestCorpus({
  store,
  ledger,
  derive,
  corpus: reader,
}: Pick<Deps, 'store' | 'ledger' | 'derive' | 'corpus'>) {
  return ({ corpus }: { corpus: CorpusSource }): Promise<Made<IngestSummary>> =>
    beating(async (beat, signal) => {
      const hashed: HashedCorpusFile[] = [];
      for (const file of await reader.files(corpus)) {
        beat({ hashing: file.path });
        signal.throwIfAborted();
        hashed.push(await reader.hash(file));
      }
      const { textField, labelField = null, strict } = corpus;
      const files = hashed.map(({ path, sha256 }) => ({ path, sha256 }));
      return derive(
        { store, ledger },
        'ingest',
        { version: 1, files, textField, labelField, strict, shardBytes },
        async () => {
          const ids = new Set<string>();
          const shards: { ref: Ref; documents: number; bytes: number }[] = [];
          const bad: BadDocument[] = [];
          const read: Manifest['files'][number][] = [];
          let duplicates = 0;
          let open = { lines: [] as string[], bytes: 0 };
          const close = async () => {
            if (open.lines.length === 0) return;
            shards.push({ ref: await store.put(open.lines.join('')), documents: open.lines.length, bytes: open.bytes });
            open = { lines: [], bytes: 0 };
          };
          let badCount = 0;
          for (const file of hashed) {
            let documents = 0;
            const badBefore = badCount;
            for await (const found of reader.read(file, corpus)) {
              signal.throwIfAborted();
              if ('bad' in found) {
                if (badCount++ < badNamed) bad.push({ file: file.path, line: found.line, reason: found.bad });
                continue;
              }
              documents++;
              const { bytes, ...document } = found.document;
              if (ids.has(document.id)) {
                duplicates++;
                continue;
              }
              ids.add(document.id);
              open.lines.push(`${JSON.stringify(document satisfies ShardDocument)}\n`);
              open.bytes += bytes;
              if (open.bytes >= shardBytes) await close();
              beat({ reading: file.path, documents: ids.size });
            }
            read.push({
              path: file.path,
              bytes: file.bytes,
              sha256: file.sha256,
              documents,
              bad: badCount - badBefore,
            });
          }
          await close();
          if (ids.size === 0) {
            throw ApplicationFailure.nonRetryable(
              `${corpus.path} holds no document: got ${badCount} lines without usable text in the field "${textField}", the first: ${JSON.stringify(bad[0] ?? 'none')}; there is nothing to search over; try corpus.textField`,
              'BadCorpus',
            );
          }
          const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
          const manifest: Manifest = {
            schema: 1,
            kind: 'manifest',
            files: read,
            shards,
            documents: ids.size,
            bytes,
            duplicates,
            bad,
            badCount,
          };
          return {
            ref: await store.putJson(manifest),
            summary: { documents: ids.size, bytes, duplicates, bad: badCount },
          };
        },
      );
    }).catch((error: Error) => {
      if (error.name === 'BadCorpus') throw ApplicationFailure.nonRetryable(error.message, 'BadCorpus');
      throw error;
    });
}
