import { expect, test } from '@jest/globals';
import { endRetries, mayRetry, takeRetries } from '../../../climb/search/retrying.ts';
import { stateOf } from '../made-search.ts';

function failed(...ids: string[]) {
  const state = stateOf();
  for (const id of ids) mayRetry(state, id);
  state.counts.failed = ids.length;
  return state;
}

test('what a person wants tried again is taken once, and no longer counts as failed', () => {
  const state = failed('a', 'b', 'c');
  state.retry = ['c', 'a'];
  expect([...takeRetries(state)]).toEqual(['a', 'c']);
  expect(state.counts.failed).toBe(1);
  expect(state.retriable).toEqual(['b']);
  expect([...takeRetries(state)]).toEqual([]);
  expect(state.counts.failed).toBe(1);
});

test('only what has failed is taken', () => {
  const state = failed('a');
  expect([...takeRetries(state, ['a', 'z'])]).toEqual(['a']);
  expect('retriable' in state).toBe(false);
});

test('nothing may be tried again when the batch is over', () => {
  const state = failed('a', 'b');
  state.retry = ['a'];
  endRetries(state);
  expect(state).not.toHaveProperty('retriable');
  expect(state).not.toHaveProperty('retry');
  expect(state.counts.failed).toBe(2);
});

test('what is tried again ends the waiting for a person: the next failure waits for an answer of its own', () => {
  const state = failed('a', 'b');
  state.attention = 0;
  takeRetries(state, ['z']);
  expect(state.attention).toBe(0);
  takeRetries(state, ['a']);
  expect(state).not.toHaveProperty('attention');
});
