import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Folders in which trainers work, `<root>/<key>`: checkpoints survive here between attempts. A folder is removed once
 * what it made is in the artifact store and the ledger.
 */
export class RunFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  path(key: string, file = ''): string {
    return join(this.#root, key, file);
  }

  /** What a trainer wrote last, once it ended well. */
  async readResult<T>(key: string, file = 'result.json'): Promise<T> {
    return JSON.parse(await readFile(this.path(key, file), 'utf8')) as T;
  }

  remove(key: string): Promise<void> {
    return rm(this.path(key), { recursive: true, force: true });
  }
}
