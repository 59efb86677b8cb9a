import { describe, expect, test } from '@jest/globals';
import { Round } from '../../workflows/round.ts';
import { stateOf } from '../climb/made-search.ts';

const ref = { sha256: 'a'.repeat(64), bytes: 1 };
const members = Array.from({ length: 9 }, (_, at) => ({
  id: `p${at + 1}`,
  mixture: `p${at + 1}`,
  seed: 1,
  dataSeed: 2,
}));
const batch = { at: 'i1', mixtures: ref };
const ids = members.map(({ id }) => id);
const idsOf = (group: { readonly members: readonly { readonly id: string }[] }) => group.members.map(({ id }) => id);

/** A search whose device trains four side by side. */
function grouped() {
  const state = stateOf({ budget: { proxies: 24, concurrency: 4 } });
  state.opening = { group: 4 } as NonNullable<typeof state.opening>;
  return state;
}

/** Names of the members of every group from here on. */
function groupsOf(round: Round): string[][] {
  const state = grouped();
  const groups: string[][] = [];
  while (round.waits) {
    const next = round.next(state);
    round.take(next);
    groups.push(idsOf(next));
  }
  return groups;
}

const carried = (round: Round) => Round.of(members, JSON.parse(JSON.stringify(round.left(batch, ids))) as never);

describe('members of a batch', () => {
  test('are taken in groups of even sizes', () => {
    expect(groupsOf(Round.of(members, undefined))).toEqual([
      ['p1', 'p2', 'p3'],
      ['p4', 'p5', 'p6'],
      ['p7', 'p8', 'p9'],
    ]);
  });

  test('go on in the next run of the workflow as they would have in this one', () => {
    const round = Round.of(members, undefined);
    const first = round.next(grouped());
    round.take(first);
    round.ended.set('p1', { kind: 'scored', score: ref });
    round.ended.set('p2', { kind: 'diverged' });
    round.ended.set('p3', { kind: 'failed' });
    round.groups = 1;
    const next = carried(round);
    expect([...next.ended]).toEqual([...round.ended]);
    expect(next.groups).toBe(1);
    expect(groupsOf(next)).toEqual([
      ['p4', 'p5', 'p6'],
      ['p7', 'p8', 'p9'],
    ]);
  });

  test('are tried alone where a trainer refused their group, also in the next run', () => {
    const round = Round.of(members, undefined);
    const first = round.next(grouped());
    round.take(first);
    round.handBack(first.members.slice(1), ({ id }) => id === 'p3');
    round.ended.set('p1', { kind: 'failed' });
    const next = carried(round);
    expect(next.next(grouped())).toMatchObject({ paid: false });
    expect(groupsOf(next).slice(0, 2)).toEqual([['p2'], ['p3']]);
  });

  test('stay the group that they were where a pause cut its training, with what was charged, also in the next run', () => {
    const round = Round.of(members, undefined);
    const first = round.next(grouped());
    round.take(first);
    round.putBack({ id: 'i1-g01', members: first.members, paid: true, spent: 7 });
    const next = carried(round);
    const cut = next.next(grouped());
    expect(cut).toMatchObject({ id: 'i1-g01', paid: true, spent: 7 });
    expect(groupsOf(next)[0]).toEqual(['p1', 'p2', 'p3']);
  });

  test('are taken anew where a budget pays for fewer than a cut group had', () => {
    const round = Round.of(members, undefined);
    const first = round.next(grouped());
    round.take(first);
    round.putBack({ id: 'i1-g01', members: first.members, paid: true, spent: 7 });
    round.take(round.next(grouped()), 1);
    expect(groupsOf(round)[0]).toContain('p2');
  });

  test('that failed wait behind the others when they are tried again', () => {
    const round = Round.of(members, undefined);
    const first = round.next(grouped());
    round.take(first);
    for (const { id } of first.members) round.ended.set(id, { kind: 'failed' });
    round.tryAgain(first.members.slice(0, 1));
    expect(groupsOf(round).flat().at(-1)).toBe('p1');
    expect(round.ended.has('p1')).toBe(false);
  });
});
