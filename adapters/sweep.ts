import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stored } from '../climb/housekeeping/sweep-plan.ts';

/** Where an artifact waits while it is being removed. */
const leaving = 'artifacts/leaving';

/**
 * Removes an artifact unless somebody used it since `since`. A worker that finds an artifact marks it as used
 * (`ArtifactStore.has`), so it is taken away first and looked at then: whoever found it before has marked it, and it
 * comes back; whoever looks afterwards doesn't find it, and makes it again.
 * @param since milliseconds since 1970
 * @returns whether it is gone
 */
export async function removeArtifact(home: string, hash: string, since: number): Promise<boolean> {
  const path = placeOf(home, hash);
  const aside = join(home, leaving, hash);
  await mkdir(join(home, leaving), { recursive: true });
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if ((await stat(aside)).mtimeMs >= since) {
    await putBack(home, hash);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

/** Artifacts that a sweep which was killed had taken away, and may have meant to bring back. */
export async function putBackAll(home: string): Promise<void> {
  for (const hash of await readdir(join(home, leaving)).catch(() => [])) await putBack(home, hash);
}

/** Removes files and folders by their paths below the state folder. */
export async function removeStored(home: string, stored: readonly Stored[]): Promise<void> {
  for (const { name } of stored) await rm(join(home, name), { recursive: true, force: true });
}

const placeOf = (home: string, hash: string) => join(home, 'artifacts', hash.slice(0, 2), hash);

async function putBack(home: string, hash: string): Promise<void> {
  const aside = join(home, leaving, hash);
  await link(aside, placeOf(home, hash)).catch((error: NodeJS.ErrnoException) => {
    // It was made again in the meantime.
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(aside, { force: true });
}
