import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stored } from '../climb/housekeeping/sweep-plan.ts';

/** What `publish` and the artifact store call a file until it is whole. */
const temporary = /^(\..*\.)?[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/;

/** Where they write. */
const folders = ['artifacts', 'ledger', 'runs', 'searches', 'speeds', 'explore'];

/**
 * Temporary files that writers left behind which were killed, by their paths below the state folder. Others that share
 * the folder write now: nothing that was touched since `before` is one.
 * @param before milliseconds since 1970
 */
export async function leftovers(home: string, before: number): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const folder of folders) {
    const names = await readdir(join(home, folder), { recursive: true }).catch(() => []);
    for (const name of names) {
      if (!temporary.test(name.slice(name.lastIndexOf('/') + 1))) continue;
      const path = join(folder, name);
      const { size: bytes, mtimeMs: used } = await stat(join(home, path)).catch(() => ({ size: 0, mtimeMs: Infinity }));
      if (used < before) found.push({ name: path, bytes, used });
    }
  }
  return found;
}

/** Removes them. */
export async function removeLeftovers(home: string, before: number): Promise<void> {
  for (const { name } of await leftovers(home, before)) await rm(join(home, name), { force: true });
}
