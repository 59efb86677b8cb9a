import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '../climb/content-key.ts';
import { publish } from './publish.ts';

/** File systems end names at 255 bytes, Temporal allows workflow ids of 1000 characters. */
const longestName = 200;

/** What people read: `<root>/<search>/recipe.json`, `report.md` and a snapshot of each iteration. */
export class SearchFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param search a workflow id: any text, so it is encoded into one path segment. */
  path(search: string, file: string): string {
    const name = encodeURIComponent(search).replace(/^\./, '%2E');
    const folder = name.length <= longestName ? name : `${name.slice(0, longestName - 65)}-${digest(search)}`;
    return join(this.#root, folder, file);
  }

  async write(search: string, file: string, content: string): Promise<string> {
    const path = this.path(search, file);
    await publish(path, content);
    return path;
  }

  /** @returns undefined where there is no such file */
  async read(search: string, file: string): Promise<string | undefined> {
    try {
      return await readFile(this.path(search, file), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
