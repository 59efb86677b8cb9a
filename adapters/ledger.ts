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
    try {
      return JSON.parse(await readFile(this.#path(kind, key), 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Records `entry`, or answers the one that was there first. */
  async record<T>(kind: LedgerKind, key: string, entry: T): Promise<T> {
    if (await publishOnce(this.#path(kind, key), canonicalJson(entry))) return entry;
    return (await this.find<T>(kind, key)) as T;
  }
}
