import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ComputeFunctions } from './compute-functions.ts';

type Name = keyof ComputeFunctions;
export type ComputeRequest = { name: Name; input: unknown };
export type ComputeReply =
  { kind: 'progress'; done: unknown } | { kind: 'result'; result: unknown } | { kind: 'error'; error: object };

export type ComputeOptions = {
  /** Ends the thread at once, whatever it computes; the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called while the thread computes, as often as the function reports. */
  onProgress?: ((done: unknown) => void) | undefined;
  /** Buffers of the input to move instead of copying: empty here afterwards. */
  transfer?: ArrayBuffer[];
};

/** A thread ended before it answered, most likely for want of memory: the call fails, the pool goes on. */
export class ComputeCrashed extends Error {
  override name = 'ComputeCrashed';
}

/** Documents are garbage as soon as they are parsed: a quarter of the default saves 50 MB a thread and costs no time. */
const youngGeneration = { maxYoungGenerationSizeMb: 16 };

const threadProgram = new URL('./compute-thread-start.mjs', import.meta.url);

/**
 * Runs the pure functions of `compute-functions.ts` in threads, so that the event loop stays free for heartbeats.
 * Threads start when they are first needed and are kept; idle ones don't keep the process alive.
 */
export class Compute {
  /** Calls that run at once; further ones wait their turn, first come first served. */
  readonly threads: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #program: URL;
  #running = 0;

  /** @param program what a thread runs */
  constructor(threads: number = availableParallelism(), program: URL = threadProgram) {
    this.threads = threads;
    this.#program = program;
  }

  /**
   * @throws what the function throws; `ComputeCrashed` when its thread died; the signal's reason when aborted
   */
  async run<N extends Name>(
    name: N,
    input: Parameters<ComputeFunctions[N]>[0],
    options: ComputeOptions = {},
  ): Promise<ReturnType<ComputeFunctions[N]>> {
    if (this.#running >= this.threads) await new Promise<void>((resume) => this.#waiting.push(resume));
    else this.#running++;
    try {
      options.signal?.throwIfAborted();
      return (await this.#call({ name, input }, options)) as ReturnType<ComputeFunctions[N]>;
    } finally {
      // Whoever waited longest takes over the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /**
   * `work` for every item, results in the order of the items, only one more under way than there are threads: so that
   * one reads its input while the others compute, and memory stays bounded however many items there are. Items may come
   * from a stream, which is read no further than lanes are free. After a failure no further item is begun, those under
   * way are waited for, and the stream is closed.
   */
  async map<Item, Result>(
    items: Iterable<Item> | AsyncIterable<Item>,
    work: (item: Item, index: number) => Promise<Result>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    let failed = false;
    // A generator, because a loop that throws ends it for all lanes.
    const todo = (async function* () {
      let index = 0;
      for await (const item of items) yield [index++, item] as const;
    })();
    const lane = async () => {
      for await (const [index, item] of todo) {
        // Asked for before the failure, and come after it.
        if (failed) return;
        try {
          results[index] = await work(item, index);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: this.threads + 1 }, lane));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return results;
  }

  /** Ends the idle threads. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()));
  }

  #call(request: ComputeRequest, { signal, onProgress, transfer = [] }: ComputeOptions): Promise<unknown> {
    const thread = this.#idle.pop() ?? new Worker(this.#program, { execArgv: [], resourceLimits: youngGeneration });
    thread.ref();
    return new Promise((resolve, reject) => {
      const settle = (keep: boolean, end: () => void) => {
        thread.off('message', answered).off('error', crashed).off('exit', ended);
        signal?.removeEventListener('abort', abort);
        if (keep) {
          thread.unref();
          this.#idle.push(thread);
        } else void thread.terminate();
        end();
      };
      const abort = () => settle(false, () => reject(signal?.reason as Error));
      const crashed = (cause: unknown) =>
        settle(false, () =>
          reject(
            new ComputeCrashed(
              `the thread that ran ${request.name} ended without an answer (${String(cause)}); its work is lost, nothing else is; if it happens again, give the worker more memory or fewer threads`,
              { cause },
            ),
          ),
        );
      const ended = (code: number) => crashed(`exit code ${code}`);
      const answered = (reply: ComputeReply) => {
        if (reply.kind === 'progress') onProgress?.(reply.done);
        else if (reply.kind === 'result') settle(true, () => resolve(reply.result));
        else settle(true, () => reject(Object.assign(new Error(), reply.error)));
      };
      signal?.addEventListener('abort', abort);
      thread.on('message', answered).on('error', crashed).on('exit', ended);
      thread.postMessage(request, transfer);
    });
  }
}
