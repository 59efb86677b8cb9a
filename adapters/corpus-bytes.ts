import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadCorpus } from './bad-corpus.ts';
import type { CorpusFile } from './corpus-files.ts';

export type GzipLimits = {
  /** Bytes a file may have when decompressed. */
  readonly bytes: number;
  /** Decompressed bytes for each compressed one, looked at from 16 MiB on. Text stays under 20; gzip can do 1,032. */
  readonly ratio: number;
};

export const gzipLimits: GzipLimits = { bytes: 2 ** 40, ratio: 200 };
const ratioCountsFrom = 16 * 2 ** 20;

/** The file is not what it was when it was hashed: the attempt is void, the next one reads the new corpus. */
export class CorpusChanged extends Error {
  override name = 'CorpusChanged';
}

/**
 * A corpus file's bytes, decompressed if its name ends in .gz.
 * @param sha256 of the file as it lies there; left out, it isn't checked
 * @throws BadCorpus for a broken archive or one that outgrows the limits; CorpusChanged at the end, for other bytes
 */
export async function* readCorpusBytes(
  file: CorpusFile & { readonly sha256?: string },
  limits: GzipLimits = gzipLimits,
): AsyncGenerator<Uint8Array> {
  const raw = checked(file);
  if (!file.location.endsWith('.gz')) {
    yield* raw;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  // Its errors reach the reader below, because pipeline destroys the gunzip stream with them.
  pipeline(Readable.from(raw), gunzip).catch(() => {});
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.bytes || (bytes > ratioCountsFrom && bytes > limits.ratio * file.bytes)) {
        throw new BadCorpus(
          'corpus.path',
          `${file.path} grows from ${file.bytes} bytes to more than ${bytes}: more than ${limits.ratio} to 1 or ${limits.bytes} bytes looks like a gzip bomb, which would fill the disk; try decompressing it yourself`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw new BadCorpus(
      'corpus.path',
      `${file.path} is not a whole gzip file (${(error as Error).message}, after ${bytes} bytes of text): part of the corpus would be missing; copy it again, or check it with gzip -t`,
    );
  }
}

async function* checked({
  path,
  location,
  sha256,
}: CorpusFile & { readonly sha256?: string }): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(location, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (sha256 !== undefined && found !== sha256) {
    throw new CorpusChanged(
      `${path} changed while it was read: SHA-256 was ${sha256}, is ${found}; a corpus that is still written can't be searched; it is tried again`,
    );
  }
}
