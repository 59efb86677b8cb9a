import type { Limit } from '../climb/search/budget.ts';
import { together } from '../climb/search/groups.ts';
import type { SearchState } from '../climb/search/search-state.ts';
import type { UnderWay } from '../climb/search/under-way.ts';
import type { Member } from '../activities/train-proxies.ts';
import type { Batch, Outcome } from './proxy-group.ts';

/** Members that come next, together. */
export type Next = {
  readonly members: readonly Member[];
  /** Its name where it has one: it was begun before. */
  readonly id?: string;
  readonly paid: boolean;
  /** Device seconds of each that are charged already. */
  readonly spent: number;
};

/** How a member ended. */
type Ended = Extract<Outcome, { kind: 'scored' | 'diverged' | 'failed' }>;

/** How far the members of a batch are: ended, or waiting to be dispatched. */
export class Round {
  readonly ended = new Map<string, Ended>();
  /** Groups that were named so far. */
  groups = 0;
  /** Why members were left out, if some were. */
  limit: Limit | undefined;
  #waiting: readonly Member[];
  #cut: readonly (Next & { readonly id: string })[] = [];
  /** Members that have to be tried alone, and whether this search has paid for their training. */
  readonly #apart = new Map<string, boolean>();

  private constructor(members: readonly Member[]) {
    this.#waiting = members;
  }

  /** Begins with a batch, or takes up what the run before left of it. */
  static of(members: readonly Member[], underWay: UnderWay | undefined): Round {
    const round = new Round(members);
    if (underWay === undefined) return round;
    for (const { id, score } of underWay.scored) round.ended.set(id, { kind: 'scored', score });
    for (const id of underWay.diverged) round.ended.set(id, { kind: 'diverged' });
    for (const id of underWay.failed) round.ended.set(id, { kind: 'failed' });
    for (const { id, paid } of underWay.apart) round.#apart.set(id, paid);
    const byId = new Map(members.map((member) => [member.id, member]));
    round.#cut = underWay.cut.map(({ id, members: ids, spent }) => {
      return { id, members: ids.flatMap((member) => byId.get(member) ?? []), paid: true, spent };
    });
    round.groups = underWay.groups;
    round.limit = underWay.limit;
    const begun = new Set(underWay.cut.flatMap(({ members: ids }) => ids));
    const first = underWay.apart.flatMap(({ id }) => byId.get(id) ?? []);
    const rest = members.filter(({ id }) => !round.#apart.has(id) && !begun.has(id));
    round.#waiting = [...first, ...rest].filter(({ id }) => !round.ended.has(id));
    return round;
  }

  /** What the next run needs to go on. */
  left({ at, mixtures }: Pick<Batch, 'at' | 'mixtures'>, ids: readonly string[]): UnderWay {
    const idsOf = (kind: Ended['kind']) => [...this.ended].flatMap(([id, end]) => (end.kind === kind ? [id] : []));
    return {
      at,
      mixtures,
      ids,
      scored: [...this.ended].flatMap(([id, end]) => (end.kind === 'scored' ? [{ id, score: end.score }] : [])),
      diverged: idsOf('diverged'),
      failed: idsOf('failed'),
      apart: this.#waiting.flatMap(({ id }) => {
        const paid = this.#apart.get(id);
        return paid === undefined ? [] : [{ id, paid }];
      }),
      cut: this.#cut.map(({ id, members, spent }) => ({ id, members: members.map((member) => member.id), spent })),
      groups: this.groups,
      ...(this.limit && { limit: this.limit }),
    };
  }

  get waits(): boolean {
    return this.waiting > 0;
  }

  /** Members that have yet to be dispatched, or to go on. */
  get waiting(): number {
    return this.#cut.reduce((sum, { members }) => sum + members.length, this.#waiting.length);
  }

  /** Those whose training a pause cut, then members that fit in one group. Something has to wait. */
  next(state: SearchState): Next {
    const [cut] = this.#cut;
    if (cut !== undefined) return cut;
    const [first] = this.#waiting as [Member];
    const paid = this.#apart.get(first.id);
    if (paid !== undefined) return { members: [first], paid, spent: 0 };
    return { members: this.#waiting.slice(0, together(state, this.#alike())), paid: false, spent: 0 };
  }

  /** Takes what `next` said, or the first `size` members of it; of a group that is no longer whole the rest waits. */
  take({ members, id }: Next, size = members.length): void {
    if (id === undefined) this.#waiting = this.#waiting.slice(size);
    else {
      this.#cut = this.#cut.slice(1);
      this.#waiting = [...members.slice(size), ...this.#waiting];
    }
  }

  /** Leaves out all that waits. */
  leaveOut(limit: Limit): void {
    this.limit = limit;
    this.#cut = [];
    this.#waiting = [];
  }

  /** Those that a trainer refused come next, each alone. */
  handBack(refused: readonly Member[], paid: (member: Member) => boolean): void {
    if (refused.length === 0) return;
    for (const member of refused) this.#apart.set(member.id, paid(member));
    this.#waiting = [...refused, ...this.#waiting];
  }

  putBack(group: Next & { readonly id: string }): void {
    this.#cut = [...this.#cut, group];
  }

  /** Members that failed, as if they were new. */
  tryAgain(members: readonly Member[]): void {
    for (const { id } of members) {
      this.ended.delete(id);
      this.#apart.delete(id);
    }
    this.#waiting = [...this.#waiting, ...members];
  }

  /** How many of the first that wait can share a group: those with the same order of data that nobody refused. */
  #alike(): number {
    const [first] = this.#waiting;
    const end = this.#waiting.findIndex(({ dataSeed }) => dataSeed !== first?.dataSeed);
    return end < 0 ? this.#waiting.length : end;
  }
}
