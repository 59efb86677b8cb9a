import type { Happening } from './history.ts';
import { membersOf } from './proxies.ts';

/** Tokens of a group that are charged at least and at most. */
type Cut = { readonly tokens: number; readonly least: number; readonly most: number };

/**
 * Tokens of trainings that a pause cut. They are charged once a device did anything for the group, and taken back when it
 * goes on: each counts once. A part of a group begins anew, and what was charged for the whole stays charged. Where
 * nobody was left to say what a device did, they may be charged or not.
 */
export class CutTokens {
  /** By the activity that trained them, since they go on under its name. */
  readonly #cuts = new Map<string, Cut>();
  least = 0;
  most = 0;

  /** Follows a training by a step. */
  follow(step: Exclude<Happening, { kind: 'message' }>): void {
    const { id, input } = step.activity;
    const before = this.#cuts.get(id);
    if (step.kind === 'lost' && step.failed === undefined) {
      const tokens = trainTokensOf(input);
      const { device = NaN } = step;
      const least = device > 0 || (before?.least ?? 0) > 0 ? tokens : 0;
      const most = device !== 0 || (before?.most ?? 0) > 0 ? tokens : 0;
      this.#cuts.set(id, { tokens, least, most });
      this.#charge(least, most);
    } else if (step.kind === 'scheduled' && before?.tokens === trainTokensOf(input)) {
      this.#charge(-before.least, -before.most);
    } else {
      this.#cuts.delete(id);
    }
  }

  #charge(least: number, most: number): void {
    this.least += least;
    this.most += most;
  }
}

/** What each of a training's members is trained on. */
export const tokensEach = (input: unknown) => (input as { readonly proxy: { readonly tokens: number } }).proxy.tokens;

const trainTokensOf = (input: unknown) => membersOf(input).length * tokensEach(input);
