import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Stored } from '../climb/housekeeping/sweep-plan.ts';
import { artifactPath, leavingArtifacts, leavingFolder } from './state-files.ts';

/**
 * Removes an artifact unless somebody used it since it was found. A worker that finds an artifact marks it as used
 * (`ArtifactStore.has`), so it is taken away first and looked at then: whoever found it before has marked it, and it
 * comes back; whoever looks afterwards doesn't find it, and makes it again. Marked means another time than it had, not a
 * later one: the worker's clock may be another machine's.
 * @param used its time when it was found (`storedArtifacts`)
 * @returns whether it is gone, and by us
 */
export async function removeArtifact(home: string, hash: string, used: number): Promise<boolean> {
  // A name that no other sweep gives: with one name for all, a sweep could remove what the next had just taken aside.
  const aside = join(leavingFolder(home), `${hash}.${randomUUID()}`);
  await mkdir(leavingFolder(home), { recursive: true });
  // Where another sweep is at work it may be gone before either step.
  if ((await orGone(rename(artifactPath(home, hash), aside))) === 'gone') return false;
  const found = await orGone(stat(aside));
  if (found === 'gone') return false;
  if (found.mtimeMs !== used) {
    await putBack(home, { hash, path: aside });
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

/** Artifacts that a sweep which was killed had taken away, and may have meant to bring back. */
export async function putBackAll(home: string): Promise<void> {
  for (const leaving of await leavingArtifacts(home)) await putBack(home, leaving);
}

/** Removes files and folders by their paths below the state folder. */
export async function removeStored(home: string, stored: readonly Stored[]): Promise<void> {
  for (const { name } of stored) await rm(join(home, name), { recursive: true, force: true });
}

async function putBack(home: string, leaving: { readonly hash: string; readonly path: string }): Promise<void> {
  const path = artifactPath(home, leaving.hash);
  await mkdir(dirname(path), { recursive: true });
  const linked = link(leaving.path, path).catch((error: NodeJS.ErrnoException) => {
    // It was made again in the meantime.
    if (error.code !== 'EEXIST') throw error;
  });
  await orGone(linked);
  await rm(leaving.path, { force: true });
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
