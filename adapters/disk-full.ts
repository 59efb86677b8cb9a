import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A write for which there was no room. What was kept before is untouched, so that it can be tried again. */
export class DiskFull extends Error {
  override name = 'DiskFull';
}

const full = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Runs a write of a file.
 * @param bytes that it writes; undefined where nobody counted them
 * @throws DiskFull with the bytes needed and free, where no room is left; anything else as it is
 */
export async function needingRoom<T>(path: string, bytes: number | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!full.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const folder = dirname(path);
    const free = await statfs(folder).then(
      ({ bavail, bsize }) => `${bavail * bsize} bytes free`,
      () => 'free bytes unknown',
    );
    throw new DiskFull(
      `no space left while writing ${bytes ?? 'an unknown number of'} bytes under ${folder} (${free}, ${(error as Error).message}); what was kept before is untouched; free at least ${bytes ?? 'some'} bytes, and it goes on by itself`,
      { cause: error },
    );
  }
}
