import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Stored } from '../climb/housekeeping/sweep-plan.ts';
import { artifactPath, leavingFolder } from './state-files.ts';

/**
 * Removes an artifact unless somebody used it since it was found. A worker that finds an artifact marks it as used
 * (`ArtifactStore.has`), so it is taken away first and looked at then: whoever found it before has marked it, and it
 * comes back; whoever looks afterwards doesn't find it, and makes it again. Marked means another time than it had, not a
 * later one: the worker's clock may be another machine's.
 * @param used its time when it was found (`storedArtifacts`)
 * @returns whether it is gone, and by us
 */
export async function removeArtifact(home: string, hash: string, used: number): Promise<boolean> {
  const aside = join(leavingFolder(home), hash);
  await mkdir(leavingFolder(home), { recursive: true });
  // Where another sweep is at work it may be gone before either step.
  if ((await orGone(rename(artifactPath(home, hash), aside))) === 'gone') return false;
  const found = await orGone(stat(aside));
  if (found === 'gone') return false;
  if (found.mtimeMs !== used) {
    await putBack(home, hash);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

/** Artifacts that a sweep which was killed had taken away, and may have meant to bring back. */
export async function putBackAll(home: string): Promise<void> {
  for (const hash of await readdir(leavingFolder(home)).catch(() => [])) await putBack(home, hash);
}

/** Removes files and folders by their paths below the state folder. */
export async function removeStored(home: string, stored: readonly Stored[]): Promise<void> {
  for (const { name } of stored) await rm(join(home, name), { recursive: true, force: true });
}

async function putBack(home: string, hash: string): Promise<void> {
  const aside = join(leavingFolder(home), hash);
  const path = artifactPath(home, hash);
  await mkdir(dirname(path), { recursive: true });
  const linked = link(aside, path).catch((error: NodeJS.ErrnoException) => {
    // It was made again in the meantime.
    if (error.code !== 'EEXIST') throw error;
  });
  await orGone(linked);
  await rm(aside, { force: true });
}

/** Another sweep may take, or bring back, what this one has at hand. */
async function orGone<T>(work: Promise<T>): Promise<T | 'gone'> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
}
