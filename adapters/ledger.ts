import { readdir, readFile, rename } from 'node:fs/promises';
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

  /** What is known under a key. An entry that isn't whole, or isn't that key's, is set aside: that work is done again. */
  async find<T>(kind: LedgerKind, key: string): Promise<T | undefined> {
    const path = this.#path(kind, key);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const entry = entryOf<T>(text);
    if (entry?.key === key) return entry.value;
    await this.#setAside(kind, key);
    return undefined;
  }

  /** Everything of a kind, by key, in the order of the keys; what isn't whole is passed over. */
  async *entries<T>(kind: LedgerKind): AsyncGenerator<readonly [key: string, value: T]> {
    const names = await readdir(join(this.#root, kind)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names.sort()) {
      const key = name.endsWith('.json') ? name.slice(0, -'.json'.length) : undefined;
      const value = key === undefined ? undefined : await this.find<T>(kind, key);
      if (key !== undefined && value !== undefined) yield [key, value];
    }
  }

  /** Records `value`, or answers the one that was there first. */
  async record<T>(kind: LedgerKind, key: string, value: T): Promise<T> {
    const entry: Entry<T> = { key, value };
    if (await publishOnce(this.#path(kind, key), canonicalJson(entry))) return value;
    return (await this.find<T>(kind, key)) ?? value;
  }

  /**
   * Records `value` in the place of an entry that names what is lost. Work that never gives the same bytes twice would
   * else be done again by whoever asks for it, for ever. Where another has replaced it before, that one's counts.
   */
  async replace<T>(kind: LedgerKind, key: string, lost: T, value: T): Promise<T> {
    const stands = await this.find<T>(kind, key);
    if (stands !== undefined && canonicalJson(stands) === canonicalJson(lost)) await this.#setAside(kind, key);
    return this.record(kind, key, value);
  }

  async #setAside(kind: LedgerKind, key: string): Promise<void> {
    const path = this.#path(kind, key);
    await rename(path, `${path}.broken`).catch((error: NodeJS.ErrnoException) => {
      // Another was first.
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** The key stands in the entry too: a file that was copied or renamed by hand is no evidence. */
type Entry<T> = { readonly key: string; readonly value: T };

function entryOf<T>(text: string): Entry<T> | undefined {
  try {
    return JSON.parse(text) as Entry<T>;
  } catch {
    return undefined;
  }
}
