import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadCorpus } from './bad-corpus.ts';
import { BrokenZstd, unzstd } from './unzstd.ts';

export type ArchiveLimits = {
  /** Bytes a file may have when decompressed. */
  readonly bytes: number;
  /** Decompressed bytes for each compressed one, looked at from 16 MiB on. Text stays under 20; gzip can do 1,032. */
  readonly ratio: number;
};

export const archiveLimits: ArchiveLimits = { bytes: 2 ** 40, ratio: 200 };
const ratioCountsFrom = 16 * 2 ** 20;

/** The file is not what it was when it was hashed: the attempt is void, the next one reads the new corpus. */
export class CorpusChanged extends Error {
  override name = 'CorpusChanged';
}

/** A file as it lies there; without its hash what is read isn't checked. */
export type HashableFile = {
  readonly path: string;
  readonly location: string;
  readonly bytes: number;
  readonly sha256?: string;
};

/**
 * A corpus file's bytes, decompressed if its name ends in .gz or .zst.
 * @param field of the search file, for errors
 * @throws BadCorpus for a broken archive or one that outgrows the limits; CorpusChanged at the end, for other bytes
 */
export async function* readCorpusBytes(
  file: HashableFile,
  field: string,
  limits: ArchiveLimits = archiveLimits,
): AsyncGenerator<Uint8Array> {
  const kind = /\.(gz|zst)$/i.exec(file.location)?.[1]?.toLowerCase();
  if (kind === undefined) {
    yield* checked(file);
    return;
  }
  const name = kind === 'gz' ? 'gzip' : 'zstd';
  let bytes = 0;
  try {
    for await (const chunk of kind === 'gz' ? gunzip(checked(file)) : unzstd(checked(file))) {
      bytes += chunk.length;
      if (bytes > limits.bytes || (bytes > ratioCountsFrom && bytes > limits.ratio * file.bytes)) {
        throw new BadCorpus(
          field,
          `${file.path} grows from ${file.bytes} bytes to more than ${bytes}: more than ${limits.ratio} to 1 or ${limits.bytes} bytes looks like a ${name} bomb, which would fill the disk; try decompressing it yourself`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof BrokenZstd) && !(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw new BadCorpus(
      field,
      `${file.path} is not a whole ${name} file (${(error as Error).message}, after ${bytes} bytes of text): part of the corpus would be missing; copy it again, or check it with ${name} -t`,
    );
  }
}

function gunzip(raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const stream = createGunzip({ chunkSize: 2 ** 18 });
  // Its errors reach the reader, because pipeline destroys the stream with them.
  pipeline(Readable.from(raw), stream).catch(() => {});
  return stream as AsyncIterable<Buffer>;
}

async function* checked({ path, location, sha256 }: HashableFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(location, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    if (sha256 !== undefined) hash.update(chunk);
    yield chunk;
  }
  if (sha256 !== undefined) refuseChange(path, sha256, hash.digest('hex'));
}

/** @throws CorpusChanged unless a file's bytes are still those that were hashed */
export function refuseChange(path: string, expected: string, found: string): void {
  if (found === expected) return;
  throw new CorpusChanged(
    `${path} changed while it was read: SHA-256 was ${expected}, is ${found}; a corpus that is still written can't be searched; it is tried again`,
  );
}
