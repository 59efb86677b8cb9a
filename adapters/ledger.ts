import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../climb/content-key.ts';
import { publishOnce } from './publish.ts';

/** What the ledger holds: stages of corpus preparation, trained proxies, their scores. */
export type LedgerKind = 'stage' | 'proxy' | 'score';

/**
 * Everything ever paid for, by content key: `<root>/<kind>/<key>.json`. An entry is written once and never changed,
 * so two workers that did the same work agree on whose result counts. Delete the folder and nothing is wrong, only
 * paid for again.
 */
export class Ledger {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #path(kind: LedgerKind, key: string): string {
    return join(this.#root, kind, `${key}.json`);
  }

  async find<T>(kind: LedgerKind, key: string): Promise<T | undefined> {
    const path = this.#path(kind, key);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new Error(
        `the ledger's entry ${path} isn't JSON (${(error as Error).message}), though entries are written whole; what it says can't be trusted; remove the file, and that work is done again`,
      );
    }
  }

  /** Records `entry`, or answers the one that was there first. */
  async record<T>(kind: LedgerKind, key: string, entry: T): Promise<T> {
    if (await publishOnce(this.#path(kind, key), canonicalJson(entry))) return entry;
    return (await this.find<T>(kind, key)) as T;
  }
}
