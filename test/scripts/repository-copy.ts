import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export type RepositoryCopy = {
  root: string;
  /** Writes a file of the copy. */
  write: (path: string, text: string, mode?: number) => Promise<void>;
  remove: () => Promise<void>;
};

/** A throw-away copy of parts of this repository, so that the real scripts run on files that a test may break. */
export async function copyRepository(parts: string[], links: string[] = []): Promise<RepositoryCopy> {
  const root = await mkdtemp(join(tmpdir(), 'climb-copy-'));
  for (const part of parts) await cp(join(repository, part), join(root, part), { recursive: true });
  for (const link of links) await symlink(join(repository, link), join(root, link));
  return {
    root,
    async write(path, text, mode = 0o644) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { mode });
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
