import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, basename } from 'node:path';
import { needingRoom } from './disk-full.ts';
import { faultPoints } from './fault-points.ts';

/** fsync of a folder, so that a rename in it survives a power cut. Windows can't open folders: nothing to do there. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name beside `path` that no other writer uses; a killed writer leaves it behind, harmless. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/** @throws DiskFull */
function writeTemporary(path: string, bytes: string | Uint8Array): Promise<string> {
  return needingRoom(path, Buffer.byteLength(bytes), () => writeBeside(path, bytes));
}

async function writeBeside(path: string, bytes: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(bytes);
    await faultPoints.point('publish');
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

/**
 * Replaces `path` by `bytes`: readers see the old file or the new one, never a half.
 * @throws DiskFull, as all that follow
 */
export async function publish(path: string, bytes: string | Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, bytes);
  try {
    await nameDurably(path, () => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes `path` unless it exists; by link, so that of two writers exactly one wins.
 * @returns whether this call was the one that wrote it.
 */
export async function publishOnce(path: string, bytes: string | Uint8Array): Promise<boolean> {
  const temporary = await writeTemporary(path, bytes);
  try {
    return await linkOnce(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Gives a finished file (of the same file system) a second name unless that name is taken.
 * @returns whether this call was the one that named it.
 */
export async function linkOnce(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await nameDurably(to, () => link(from, to));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a finished file to its final name (same file system), durable once it returns. */
export async function adopt(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const handle = await open(from, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await nameDurably(to, () => rename(from, to));
}

/** Gives a file that is whole its name, which takes room of its own. */
async function nameDurably(path: string, name: () => Promise<void>): Promise<void> {
  await needingRoom(path, undefined, async () => {
    await faultPoints.point('publish');
    await name();
    await syncFolder(dirname(path));
  });
}
