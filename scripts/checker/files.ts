import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of everything below a folder, sorted; one that vanishes meanwhile is left out. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
  return (await Promise.all(inside)).flat().sort();
}

/** When each file below a folder was written, and its size. */
export type Tree = ReadonlyMap<string, string>;

/** @param except folders that are passed over */
export async function treeOf(folders: readonly string[], except: readonly string[] = []): Promise<Tree> {
  const tree = new Map<string, string>();
  const visit = async (folder: string): Promise<void> => {
    if (except.includes(folder)) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path);
      else {
        const found = await lstat(path).catch(() => undefined);
        if (found) tree.set(path, `${found.size} bytes at ${found.mtimeMs}`);
      }
    }
  };
  for (const folder of folders) await visit(folder);
  return tree;
}
