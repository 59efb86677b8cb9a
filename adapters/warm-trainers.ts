import type { TrainerChild } from './trainer-child.ts';
import { watch, type Watch } from './trainer-watch.ts';
import type { TrainerCommand, TrainerRun } from './trainer.ts';

/** A line on the stdin of a warm trainer, see `serve` in trainer/README.md. */
export type TrainerRequest = { readonly command: TrainerCommand; readonly spec: string; readonly out: string };

/** A worker that has no work for so long gives memory and device back. */
const idleSecondsByDefault = 60;

/**
 * Trainer processes that stay when a request is done and take the next, so that what they import is imported once. As
 * many as there are requests at once; who fails or is called off is not used again.
 */
export class WarmTrainers {
  readonly #start: () => TrainerChild;
  readonly #watch: Watch;
  readonly #idleSeconds: number;
  readonly #idle = new Map<TrainerChild, NodeJS.Timeout>();
  #closed = false;

  constructor(start: () => TrainerChild, how: Watch, idleSeconds = idleSecondsByDefault) {
    this.#start = start;
    this.#watch = how;
    this.#idleSeconds = idleSeconds;
  }

  /** @throws as `watch`. */
  async run(request: TrainerRequest, run: TrainerRun): Promise<void> {
    const idle = this.#takeIdle();
    if (idle !== undefined) {
      let answered = false;
      const onEvent: TrainerRun['onEvent'] = (event) => {
        answered = true;
        run.onEvent(event);
      };
      try {
        return await this.#carryOut(idle, request, { ...run, onEvent });
      } catch (error) {
        // It may have died after its last request, unseen: then this one never began.
        if (answered || run.signal.aborted) throw error;
      }
    }
    const fresh = this.#start();
    fresh.exit.finally(() => this.#forget(fresh)).catch(() => {});
    return this.#carryOut(fresh, request, run);
  }

  /** Ends the idle ones, and each other when its request is done. */
  async close(): Promise<void> {
    this.#closed = true;
    const idle = [...this.#idle.keys()];
    for (const child of idle) {
      child.holdOpen(true);
      this.#end(child);
    }
    await Promise.allSettled(idle.map(({ exit }) => exit));
  }

  async #carryOut(child: TrainerChild, request: TrainerRequest, run: TrainerRun): Promise<void> {
    child.send(request);
    await watch(child, run, { ...this.#watch, warm: true });
    if (this.#closed) child.close();
    else if (!run.signal.aborted) this.#keep(child);
  }

  /** The one that was used last: the others may become old enough to go. */
  #takeIdle(): TrainerChild | undefined {
    const child = [...this.#idle.keys()].at(-1);
    if (child === undefined) return undefined;
    this.#forget(child);
    child.holdOpen(true);
    return child;
  }

  #keep(child: TrainerChild): void {
    child.listen(() => {});
    child.holdOpen(false);
    this.#idle.set(child, setTimeout(() => this.#end(child), this.#idleSeconds * 1000).unref());
  }

  #end(child: TrainerChild): void {
    this.#forget(child);
    child.close();
  }

  #forget(child: TrainerChild): void {
    clearTimeout(this.#idle.get(child));
    this.#idle.delete(child);
  }
}
