import { expect, test } from '@jest/globals';
import { newSearchState, note, notePace } from '../../../climb/search/search-state.ts';
import { now, specOf } from '../made-search.ts';

test('a state is plain JSON: it crosses continue-as-new', () => {
  const state = newSearchState(specOf({ search: { iterations: 2 } }), now);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  expect(state).toMatchObject({ phase: 'opening', startedAt: now, iterationLimit: 2, iteration: 0, paused: false });
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
