import { expect, test } from '@jest/globals';
import { approvalProblems, approve, gatesAhead, isHeld } from '../../../climb/search/gates.ts';
import { stateOf } from '../made-search.ts';

const gated = () => stateOf({ gates: ['report', 'search', 'verify'] });

test('gates are ahead in the order in which a search comes to them, whatever the file says', () => {
  expect(gatesAhead(gated())).toEqual(['search', 'verify', 'report']);
  expect(gatesAhead({ ...gated(), passed: ['search'], approved: ['verify'] })).toEqual(['report']);
  expect(gatesAhead(stateOf())).toEqual([]);
});

test('approval opens the next gate, or the one that it names, once', () => {
  const state = gated();
  approve(state, { gate: 'report' });
  approve(state, {});
  approve(state, { gate: 'search' });
  expect(state.approved).toEqual(['report', 'search']);
  expect([isHeld(state, 'search'), isHeld(state, 'verify')]).toEqual([false, true]);
});

test('finishEarly now opens them all; after the iteration those that are to come still hold', () => {
  expect(isHeld({ ...gated(), finishEarly: 'now' }, 'verify')).toBe(false);
  expect(isHeld({ ...gated(), finishEarly: 'iteration' }, 'verify')).toBe(true);
});

test.each([
  [
    'a gate that the search does not have',
    gated(),
    { gate: 'ladder' as const },
    'its gates are report, search, verify',
  ],
  ['any gate where there are none', stateOf(), { gate: 'verify' as const }, 'its search file has no gates'],
  ['the next gate where there are none', stateOf(), {}, 'there is nothing to approve'],
  [
    'the next gate behind the last',
    { ...gated(), passed: ['search', 'verify', 'report'] as const },
    {},
    'no gate is left',
  ],
])('refused: %s', (_, state, message, piece) => {
  const problems = [...approvalProblems(state, message)];
  expect(problems.map(({ path }) => path)).toEqual(['gate']);
  expect(problems[0]?.message).toContain(piece);
});
