import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
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

  /** Numbers of the iterations that a search has a snapshot of, rising. */
  async iterations(search: string): Promise<number[]> {
    const names = await listed(this.path(search, 'iterations'));
    return names.flatMap((name) => (/^\d+\.json$/.test(name) ? [parseInt(name, 10)] : [])).sort((a, b) => a - b);
  }

  /** Searches that have a folder, sorted; one whose id is too long for a name goes by its recipe or not at all. */
  async list(): Promise<string[]> {
    const names = await listed(this.#root);
    const ids = names.map(async (name) => {
      const id = decoded(name);
      if (id !== undefined && basename(this.path(id, '.')) === name) return [id];
      const recipe = await readFile(join(this.#root, name, 'recipe.json'), 'utf8').catch(() => undefined);
      return recipe === undefined ? [] : [(JSON.parse(recipe) as { run: { search: string } }).run.search];
    });
    return (await Promise.all(ids)).flat().sort();
  }
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined; // cut within an escape
  }
}

async function listed(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
