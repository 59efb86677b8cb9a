import type { Ref } from '../artifact.ts';
import type { Cost, Limit } from './budget.ts';

/** A batch that a run of the workflow left unfinished when it continued as new: the next one takes it up. */
export type UnderWay = {
  /** Which batch: `i3`, `v`, `r`, `l1`, `e1`. */
  readonly at: string;
  readonly mixtures: Ref;
  /** What was sampled, as the sampling stage named it. */
  readonly ids: readonly string[];
  readonly scored: readonly { readonly id: string; readonly score: Ref }[];
  readonly diverged: readonly string[];
  /** Failed for good, and not tried again so far. */
  readonly failed: readonly string[];
  /** To be tried alone. */
  readonly apart: readonly Apart[];
  /** Begun, and to be gone on with. */
  readonly cut: readonly CutGroup[];
  /** Groups that were named so far. */
  readonly groups: number;
  readonly limit?: Limit;
};

/** A member whose group a trainer refused; `paid`: this search has paid for its training. */
export type Apart = { readonly id: string; readonly paid: boolean };

/** A group whose training a pause ended at a checkpoint. It stays as it was, since the checkpoint is of all of them. */
export type CutGroup = {
  readonly id: string;
  readonly members: readonly string[];
  /** Device seconds of each that are charged already. */
  readonly spent: number;
};

/** A batch while it is trained. */
export type BatchUnderWay = {
  /** `i2`, `r`, `v`, `l1`, `e1`: where in the search it is. */
  readonly at: string;
  /** Its proxies that have yet to be dispatched. */
  readonly waiting: number;
  /** What each of those costs at most. */
  readonly each: Cost;
};
