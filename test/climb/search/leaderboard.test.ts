import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { enterLeaderboard, reweigh } from '../../../climb/search/leaderboard.ts';
import { stateOf } from '../made-search.ts';

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
