import { once } from 'node:events';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../climb/content-key.ts';
import type { MemoryCut } from '../climb/search/memory-cut.ts';
import { publish } from './publish.ts';

const cutFile = 'cut.json';
const clockFile = 'clock.json';
/** Milliseconds: what a killed attempt may have taken longer than was seen. */
const seenEvery = 500;

/** Seconds of all attempts so far; `stop` when this one ends, however it does. */
export type Clock = { readonly seconds: () => number; readonly stop: () => Promise<void> };

/**
 * Folders in which trainers work, `<root>/<key>`: checkpoints survive here between attempts. A folder is removed once
 * what it made is in the artifact store and the ledger.
 */
export class RunFolders {
  readonly #root: string;
  readonly #busy = new Map<string, Promise<void>>();

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

  /** A companion of the result. */
  readFile(key: string, file: string): Promise<Buffer> {
    return readFile(this.path(key, file));
  }

  /** The spec that work in the folder began with, undefined where none did. */
  readSpec<T>(key: string): Promise<T | undefined> {
    return this.#find<T>(key, 'spec.json');
  }

  /** How far the work had to be cut to fit in memory, undefined where it wasn't. */
  readCut(key: string): Promise<MemoryCut | undefined> {
    return this.#find<MemoryCut>(key, cutFile);
  }

  /** Keeps it for the next attempt, or forgets it. */
  async keepCut(key: string, cut: MemoryCut | undefined): Promise<void> {
    if (cut === undefined) await rm(this.path(key, cutFile), { force: true });
    else await publish(this.path(key, cutFile), canonicalJson(cut));
  }

  /**
   * Counts the seconds that attempts at one activity occupy a device: of those before, as far as they were seen, and of
   * the one that begins now. No training fails because its seconds can't be kept.
   * @param activity whose attempts they are
   */
  async clock(key: string, activity: string): Promise<Clock> {
    const path = this.path(key, clockFile);
    const before = await this.#secondsBefore(path, activity);
    const began = performance.now();
    const since = Date.now();
    const now = () => before + (performance.now() - began) / 1000;
    await mkdir(this.path(key), { recursive: true });
    await writeFile(path, JSON.stringify({ activity, before, since })).catch(() => undefined);
    // The time of its last change says until when an attempt was seen: nothing can be torn when a worker is killed.
    const see = () => void utimes(path, new Date(), new Date(since + 1000 * (now() - before))).catch(() => undefined);
    const timer = setInterval(see, seenEvery);
    return {
      seconds: now,
      stop: async () => {
        clearInterval(timer);
        await writeFile(path, JSON.stringify({ activity, before: now() })).catch(() => undefined);
      },
    };
  }

  async #secondsBefore(path: string, activity: string): Promise<number> {
    try {
      const { mtimeMs } = await stat(path);
      const kept = JSON.parse(await readFile(path, 'utf8')) as { activity: string; before: number; since?: number };
      if (kept.activity !== activity) return 0;
      return kept.before + (kept.since === undefined ? 0 : Math.max(0, mtimeMs - kept.since) / 1000);
    } catch {
      return 0;
    }
  }

  /** A file that isn't whole is none: it belongs to work that can be begun anew. */
  #find<T>(key: string, file: string): Promise<T | undefined> {
    return this.readResult<T>(key, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    });
  }

  /**
   * Waits until nobody else in this process works under the key, and keeps others waiting until `release` is called:
   * two searches that want the same proxy pay for it once, since the second then finds it in the ledger. (Between
   * processes the trainer's lease does that.)
   * @throws the signal's reason when it is aborted while waiting
   */
  async acquire(key: string, signal: AbortSignal): Promise<() => void> {
    const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
    aborted.catch(() => undefined); // when nobody waits any more
    signal.throwIfAborted();
    while (this.#busy.has(key)) await Promise.race([this.#busy.get(key), aborted]);
    let done = () => {};
    this.#busy.set(key, new Promise<void>((resolve) => (done = resolve)));
    return () => {
      this.#busy.delete(key);
      done();
    };
  }

  remove(key: string): Promise<void> {
    return rm(this.path(key), { recursive: true, force: true });
  }
}
