import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, copyFile, link, mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../climb/content-key.ts';
import type { Ref } from '../climb/artifact.ts';
import { needingRoom } from './disk-full.ts';
import { adopt, linkOnce, publish, temporaryBeside } from './publish.ts';

/** A file whose bytes aren't what its name says, or that is gone: no result may be built on it. */
export class BrokenArtifact extends Error {
  override name = 'BrokenArtifact';
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Lower-case hex SHA-256 and size of a file of any size. @throws the signal's reason when aborted */
export async function describeFile(path: string, signal?: AbortSignal): Promise<Ref> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Does what ends with a temporary file in its place. On a full disk what stayed of it would leave less room each time. */
async function orNothing<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @returns false where it was taken away in the meantime; a file of somebody else can't be marked, and is there. */
async function markUsed(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

/**
 * Immutable files named by their SHA-256, `<root>/ab/abcd…`. Writing the same bytes twice is free; a whole file is
 * never overwritten, one that was cut short is; a reader checks what it reads against the name.
 */
export class ArtifactStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Where a reference's bytes lie; other processes (the trainer) read them there. */
  path(ref: Pick<Ref, 'sha256'>): string {
    return join(this.root, ref.sha256.slice(0, 2), ref.sha256);
  }

  /** The reference to an artifact of which only the name is known; undefined where it isn't here. */
  async find(sha256: string): Promise<Ref | undefined> {
    const found = await stat(this.path({ sha256 })).catch(() => undefined);
    return found && { sha256, bytes: found.size };
  }

  /** The name that bytes have, stored or not. */
  refOf(bytes: string | Uint8Array): Ref {
    return { sha256: sha256(bytes), bytes: Buffer.byteLength(bytes) };
  }

  async put(bytes: string | Uint8Array): Promise<Ref> {
    const ref = this.refOf(bytes);
    if (!(await this.has(ref))) await publish(this.path(ref), bytes);
    return ref;
  }

  /** Stores canonical JSON, so that equal values have equal names. */
  putJson(value: unknown): Promise<Ref> {
    return this.put(canonicalJson(value));
  }

  /** Takes over a finished file (of the same file system); the original is gone afterwards. */
  async adoptFile(path: string): Promise<Ref> {
    const ref = await describeFile(path);
    await adopt(path, this.path(ref));
    return ref;
  }

  /**
   * Stores a finished file (of the same file system) and leaves it where it is: a crash in between loses nothing. A file
   * of that name which isn't what it was is replaced.
   */
  async keepFile(path: string): Promise<Ref> {
    const ref = await describeFile(path);
    if ((await linkOnce(path, this.path(ref))) || (await this.isWhole(ref))) return ref;
    return this.#made(undefined, (whole) => link(path, whole));
  }

  /** Stores a copy of a file from anywhere, which may change afterwards. */
  async copyFile(path: string): Promise<Ref> {
    return this.#made((await stat(path)).size, (copy) => copyFile(path, copy));
  }

  /**
   * Writes an artifact to a place of its own, which people may change: the file is there as a whole or not at all.
   * @throws BrokenArtifact, DiskFull
   */
  async copyTo(ref: Ref, path: string): Promise<void> {
    await this.verify(ref);
    const copy = temporaryBeside(path);
    await mkdir(dirname(path), { recursive: true });
    await needingRoom(copy, ref.bytes, () =>
      orNothing(copy, async () => {
        await copyFile(this.path(ref), copy);
        await adopt(copy, path);
      }),
    );
  }

  /** A fresh file to stream into; hand it to `adoptFile` when it is whole. */
  async temporaryPath(): Promise<string> {
    const folder = join(this.root, 'tmp');
    await mkdir(folder, { recursive: true });
    return join(folder, `${randomUUID()}.tmp`);
  }

  /** Whether it is there. It counts as used from now on: housekeeping leaves it alone (adapters/sweep.ts). */
  async has(ref: Ref): Promise<boolean> {
    const path = this.path(ref);
    const found = await stat(path).catch(() => undefined);
    return found?.size === ref.bytes && (await markUsed(path));
  }

  /** Whether the bytes are still those that the name says; unlike `has`, this reads all of them. */
  async isWhole(ref: Ref): Promise<boolean> {
    return (await this.has(ref)) && (await describeFile(this.path(ref))).sha256 === ref.sha256;
  }

  /** @throws BrokenArtifact when the file is missing or its bytes don't hash to its name. */
  async read(ref: Ref): Promise<Buffer> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path(ref));
    } catch (error) {
      throw new BrokenArtifact(
        `artifact ${ref.sha256} can't be read (${(error as Error).message}); a result built without it would be wrong; restore the file or start the search again`,
      );
    }
    const found = sha256(bytes);
    if (found !== ref.sha256) {
      throw new BrokenArtifact(
        `artifact ${this.path(ref)} has changed: expected SHA-256 ${ref.sha256} (${ref.bytes} bytes), got ${found} (${bytes.length} bytes); remove the file and start the search again`,
      );
    }
    return bytes;
  }

  async readJson<T>(ref: Ref): Promise<T> {
    return JSON.parse((await this.read(ref)).toString('utf8')) as T;
  }

  /** The bytes of several artifacts after another as one, of any size: none is held in memory. */
  async concatenate(refs: readonly Ref[]): Promise<Ref> {
    const bytes = refs.reduce((sum, ref) => sum + ref.bytes, 0);
    return this.#made(bytes, async (path) => {
      for (const ref of refs) await appendFile(path, await this.read(ref));
    });
  }

  /** What `fill` writes into a fresh file, as an artifact. @throws DiskFull */
  async #made(bytes: number | undefined, fill: (path: string) => Promise<void>): Promise<Ref> {
    const path = await this.temporaryPath();
    return needingRoom(path, bytes, () =>
      orNothing(path, async () => {
        await fill(path);
        return this.adoptFile(path);
      }),
    );
  }

  /**
   * Checks an artifact that is going to be read in slices.
   * @throws BrokenArtifact
   */
  async verify(ref: Ref): Promise<void> {
    const found = await describeFile(this.path(ref)).catch((error: Error) => error);
    if (found instanceof Error || found.sha256 !== ref.sha256) {
      throw new BrokenArtifact(
        `artifact ${this.path(ref)} is not what it was (${found instanceof Error ? found.message : `expected ${ref.bytes} bytes, got ${found.bytes} with SHA-256 ${found.sha256}`}); a result built on it would be wrong; remove the file and start the search again`,
      );
    }
  }

  /** A file handle's worth of bytes from `offset`, unchecked (see `verify`): for readers that stream through a big artifact. */
  async readSlice(ref: Ref, offset: number, length: number): Promise<Buffer> {
    const handle = await open(this.path(ref), 'r');
    try {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}
