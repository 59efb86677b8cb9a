import { open, type FileHandle } from 'node:fs/promises';
import { allowedPath } from './allowed-path.ts';
import { describeFile } from './artifact-store.ts';
import { BadCorpus } from './bad-corpus.ts';

/** Bytes of vectors read at once. */
const sliceBytes = 16 << 20;
/** NumPy's own limit for a header that it trusts. */
const longestHeader = 10_000;
const magic = '\x93NUMPY';

/** A matrix of float32 in NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
export type NpyMatrix = {
  readonly rows: number;
  readonly dimensions: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /**
   * Some rows, each scaled to unit length.
   * @param rows ascending
   * @returns row-major, rows × dimensions
   * @throws BadCorpus for a row that has no direction
   */
  read(rows: Uint32Array): Promise<Float32Array>;
  /** @throws BadCorpus where the file is no longer what it was when it was opened */
  verify(): Promise<void>;
};

/**
 * A .npy file that a search file names.
 * @param roots folders that search files may name files in
 * @throws BadCorpus for what is no two-dimensional float32 matrix in C order; RefusedPath
 */
export async function openNpy(roots: readonly string[], path: string): Promise<NpyMatrix> {
  const { location, folder, bytes } = await allowedPath(roots, path);
  const refuse = (found: string): never => {
    throw new BadCorpus(
      'embedding.path',
      `${path}: expected a .npy matrix of float32 in C order, a row for each record, found ${found}; try numpy.save("vectors.npy", vectors.astype("<f4"))`,
    );
  };
  if (folder) return refuse('a folder');
  const { data, header } = await withFile(location, async (handle) => {
    const start = await readAt(handle, 0, 12);
    if (start.length < 12 || start.subarray(0, 6).toString('latin1') !== magic) return refuse('another kind of file');
    const wide = start[6] !== 1;
    const length = wide ? start.readUInt32LE(8) : start.readUInt16LE(8);
    const from = wide ? 12 : 10;
    if (length > longestHeader) return refuse(`a header of ${length} bytes`);
    return { data: from + length, header: (await readAt(handle, from, length)).toString('latin1') };
  });
  const type = /'descr': *'([^']*)'/.exec(header)?.[1];
  const shape = /'shape': *\((\d+), *(\d+),?\)/.exec(header);
  if (type !== '<f4') return refuse(`the type ${type?.slice(0, 20) ?? 'of a record'}`);
  if (!/'fortran_order': *False/.test(header)) return refuse('Fortran order');
  if (shape === null) return refuse('another number of axes than two');
  const [rows, dimensions] = [Number(shape[1]), Number(shape[2])];
  if (bytes - data !== 4 * rows * dimensions) {
    return refuse(`${bytes - data} bytes of data, where ${rows} × ${dimensions} numbers take ${4 * rows * dimensions}`);
  }
  const { sha256 } = await describeFile(location);
  return { rows, dimensions, sha256, read, verify };

  async function verify(): Promise<void> {
    const now = await describeFile(location);
    if (now.sha256 === sha256) return;
    throw new BadCorpus(
      'embedding.path',
      `${path} changed while it was read: expected ${bytes} bytes with SHA-256 ${sha256}, found ${now.bytes} with ${now.sha256}; vectors of two files would be mixed; start the search again once it is whole`,
    );
  }

  async function read(wanted: Uint32Array): Promise<Float32Array> {
    const vectors = new Float32Array(wanted.length * dimensions);
    const most = Math.max(1, Math.floor(sliceBytes / (4 * dimensions)));
    await withFile(location, async (handle) => {
      for (let at = 0; at < wanted.length;) {
        const first = wanted[at]!;
        const slice = await readAt(
          handle,
          data + 4 * dimensions * first,
          4 * dimensions * Math.min(most, rows - first),
        );
        for (; at < wanted.length && wanted[at]! < first + most; at++) {
          const row = wanted[at]!;
          const offset = 4 * dimensions * (row - first);
          if (offset + 4 * dimensions > slice.length) refuse(`no row ${row}`);
          scaled(slice, offset, vectors.subarray(at * dimensions, (at + 1) * dimensions), row);
        }
      }
    });
    return vectors;
  }

  function scaled(slice: Buffer, offset: number, into: Float32Array, row: number): void {
    let squares = 0;
    for (let d = 0; d < dimensions; d++) squares += (into[d] = slice.readFloatLE(offset + 4 * d)) ** 2;
    const length = Math.sqrt(squares);
    if (length === 0 || !Number.isFinite(length)) {
      refuse(`a vector in row ${row} (from 0) that is zero or not finite, which points nowhere`);
    }
    for (let d = 0; d < dimensions; d++) into[d]! /= length;
  }
}

async function withFile<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
