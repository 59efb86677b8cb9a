import type { Ref } from '../climb/artifact.ts';
import type { Longest, Rescoring, Scored } from '../climb/search/search-state.ts';

/** A finished proxy; its id is the SHA-256 of its earlier score. */
export type Finished = { readonly id: string; readonly name: string; readonly weights: Ref };

/** How far finished proxies are with scores on other tasks: scored, lost, or waiting in groups. */
export class RescoringRound {
  readonly lost: string[];
  readonly #proxies: readonly Finished[];
  readonly #scores: Map<string, Ref>;
  readonly #waiting: (readonly Finished[])[] = [];
  #groups: number;

  /** @param before what the run before left of it */
  constructor(proxies: readonly Finished[], size: number, before: Rescoring | undefined) {
    this.#proxies = proxies;
    this.#scores = new Map(before?.scored.map(({ id, score }) => [id, score]));
    this.lost = [...(before?.lost ?? [])];
    this.#groups = before?.groups ?? 0;
    const alone = new Set(before?.apart);
    const rest = proxies.filter(({ id, name }) => !this.#scores.has(id) && !this.lost.includes(name));
    const together = rest.filter(({ id }) => !alone.has(id));
    for (let from = 0; from < together.length; from += size) this.#waiting.push(together.slice(from, from + size));
    this.tryAlone(rest.filter(({ id }) => alone.has(id)));
  }

  /** In the order of the proxies. */
  get scored(): Scored[] {
    return this.#proxies.flatMap(({ id }) => {
      const score = this.#scores.get(id);
      return score === undefined ? [] : [{ id, score }];
    });
  }

  get waiting(): readonly Finished[] {
    return this.#waiting.flat();
  }

  /** Members of the group that comes next, 0 where none waits. */
  get nextSize(): number {
    return this.#waiting[0]?.length ?? 0;
  }

  /** Takes the next group, with a number that no other group of these proxies has. */
  take(): { group: readonly Finished[]; number: number } {
    return { group: this.#waiting.shift() ?? [], number: ++this.#groups };
  }

  score({ id, score }: Scored): void {
    this.#scores.set(id, score);
  }

  tryAlone(group: readonly Finished[]): void {
    for (const proxy of group) this.#waiting.push([proxy]);
  }

  /** What the next run needs to go on. */
  left(on: string, longest: Longest): Rescoring {
    const { scored, lost } = this;
    const apart = this.#waiting.flatMap((group) => (group.length === 1 ? group.map(({ id }) => id) : []));
    return { on, scored, lost, apart, groups: this.#groups, longest };
  }
}
