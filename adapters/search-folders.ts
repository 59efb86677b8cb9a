import { join } from 'node:path';
import { publish } from './publish.ts';

/** What people read: `<root>/<search>/recipe.json`, `report.md` and a snapshot of each iteration. */
export class SearchFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param search a workflow id: any text, so it is encoded into one path segment. */
  path(search: string, file: string): string {
    return join(this.#root, encodeURIComponent(search).replace(/^\./, '%2E'), file);
  }

  async write(search: string, file: string, content: string): Promise<string> {
    const path = this.path(search, file);
    await publish(path, content);
    return path;
  }
}
