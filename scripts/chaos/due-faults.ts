import type { HistoryFault } from './plan.ts';

/** How far the run of a search is that is under way now. */
export type Seen = { readonly runId: string; readonly historyLength: number };

/** Milliseconds after which a pause ends whatever the history says: events that a `resume` waits for may need it. */
const longestPause = 10_000;

const tells = (fault: HistoryFault, message: string) => fault.do === 'tell' && fault.message === message;

/** Which faults of a plan have yet to strike, and which of them are due. */
export class DueFaults {
  readonly #clock: () => number;
  #left: readonly HistoryFault[];
  #run: Seen | undefined;
  /** Events of the runs before that one, as far as they were seen: what came after the last look at one is missing. */
  #before = 0;
  /** Since when the search is paused. */
  #paused: number | undefined;

  constructor(faults: readonly HistoryFault[], clock = () => performance.now()) {
    this.#left = faults;
    this.#clock = clock;
  }

  get left(): number {
    return this.#left.length;
  }

  /** Those whose event has come, counted over all runs of the search: each begins a history of its own. */
  at(seen: Seen): HistoryFault[] {
    if (this.#run !== undefined && this.#run.runId !== seen.runId) this.#before += this.#run.historyLength;
    this.#run = seen;
    const events = this.#before + seen.historyLength;
    const overdue = this.#paused !== undefined && this.#clock() - this.#paused >= longestPause;
    return this.#left.filter((fault) => events >= fault.events || (overdue && tells(fault, 'resume')));
  }

  struck(fault: HistoryFault): void {
    this.#left = this.#left.filter((other) => other !== fault);
    if (tells(fault, 'pause')) this.#paused = this.#clock();
    if (tells(fault, 'resume')) this.#paused = undefined;
  }
}
