import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { enterLeaderboard, newSearchState, note, notePace, reweigh } from '../../../climb/search/search-state.ts';
import { now, specOf, stateOf } from '../made-search.ts';

test('a state is plain JSON: it crosses continue-as-new', () => {
  const state = newSearchState(specOf({ search: { iterations: 2 } }), now);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  expect(state).toMatchObject({ phase: 'opening', startedAt: now, iterationLimit: 2, iteration: 0, paused: false });
});

test('the leaderboard is the ten best, the same whatever the order in which they came', () => {
  const standing = fc.record({ score: fc.constantFrom(1, 2, 2.5, 3), losses: fc.constant([1]) });
  fc.assert(
    fc.property(fc.array(standing, { maxLength: 15 }), fc.infiniteStream(fc.nat()), (standings, picks) => {
      const all = standings.map((entry, at) => ({ ...entry, id: `i1-p${String(at + 1).padStart(3, '0')}` }));
      const state = stateOf();
      const waiting = [...all];
      while (waiting.length > 0) {
        const [next] = waiting.splice(Number(picks.next().value) % waiting.length, 1);
        if (next !== undefined) enterLeaderboard(state, next);
      }
      const expected = [...all].sort((a, b) => a.score - b.score || a.id.localeCompare(b.id)).slice(0, 10);
      expect(state.leaderboard).toEqual(expected);
    }),
  );
});

test('when tasks count otherwise the leaderboard is ranked anew', () => {
  const state = stateOf();
  enterLeaderboard(state, { id: 'a', score: 2, losses: [1, 3] });
  enterLeaderboard(state, { id: 'b', score: 2.5, losses: [4, 1] });
  reweigh(state, [0.1, 0.9]);
  expect(state.taskWeights).toEqual([0.1, 0.9]);
  expect(state.leaderboard.map(({ id, score }) => [id, Number(score.toFixed(9))])).toEqual([
    ['b', 1.3],
    ['a', 2.8],
  ]);
});

test('a log keeps its twenty newest entries', () => {
  const log: number[] = [];
  for (let entry = 0; entry < 10_000; entry++) note(log, entry);
  expect(log).toEqual(Array.from({ length: 20 }, (_, at) => 9980 + at));
});

test('proxies that end together share the time since the last one: the pace is that of each', () => {
  const milestones = [1000];
  notePace(milestones, 2000, 1);
  notePace(milestones, 6000, 4);
  notePace(milestones, 7000, 0);
  expect(milestones).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
});
