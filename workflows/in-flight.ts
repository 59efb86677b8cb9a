import { isPaused } from '../climb/search/pause.ts';
import type { Opening, SearchState } from '../climb/search/search-state.ts';
import { roomFor } from './history.ts';

/** Groups that run side by side, as many at once as the concurrency of now allows. */
export class InFlight {
  readonly #state: SearchState;
  readonly #running = new Set<Promise<void>>();
  #members = 0;
  #begun = 0;

  constructor(state: SearchState) {
    this.#state = state;
  }

  /** Groups that run. */
  get groups(): number {
    return this.#running.size;
  }

  /** Whether so many members may start now, together. A group was made for the concurrency of then: alone it may. */
  mayStart(members: number): boolean {
    const { concurrency } = this.#state.account.budget;
    return !isPaused(this.#state) && (this.#members === 0 || this.#members + members <= concurrency);
  }

  /** A pause in which nothing runs any more: only a person ends it. */
  get isHeld(): boolean {
    return isPaused(this.#state) && this.groups === 0;
  }

  /** Whether the history has room for one more group: see history.ts. */
  room(): ReturnType<typeof roomFor> {
    return roomFor(this.#state.opening as Opening, { running: this.groups, begun: this.#begun });
  }

  /** Takes a group in that was just begun; its work must not reject. */
  add<Ended>(members: number, work: Promise<Ended>, settle: (ended: Ended) => void): void {
    this.#members += members;
    this.#begun += 1;
    const settled = work.then((ended) => {
      settle(ended);
      this.#members -= members;
      this.#running.delete(settled);
    });
    this.#running.add(settled);
  }

  /** Settles when a group has ended, or one of `others` has. */
  next(others: readonly Promise<void>[] = []): Promise<void> {
    return Promise.race([...this.#running, ...others]);
  }

  /** Settles when all have ended. */
  drained(): Promise<unknown> {
    return Promise.all(this.#running);
  }
}
