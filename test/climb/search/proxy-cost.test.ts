import { expect, test } from '@jest/globals';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import { stateOf } from '../made-search.ts';

const opening = {
  tasks: [],
  reportTasks: [],
  continuations: { search: 1000, verify: 5000 },
  searchAttributes: [],
  timeouts: { heartbeat: 1, retryInitial: 1, retryMaximum: 1 },
  queues: { cpu: 'c', train: 't' },
  maxHistory: 7500,
};
const seconds = (state: ReturnType<typeof stateOf>, part: 'search' | 'verify') => proxyCost(state, part).deviceSeconds;

test('proxies and tokens are exact', () => {
  expect(proxyCost(stateOf(), 'verify')).toMatchObject({ proxies: 1, trainTokens: 499_712 });
});

test('seconds come from the preset, then from what this machine measured, with the start of both processes', () => {
  expect(seconds(stateOf(), 'search')).toBeCloseTo(1.25 * (4 + 499_712 / 30_000 + 4), 9);
  const measured = { ...stateOf(), opening: { ...opening, tokensPerSecond: 10_000 } };
  expect(seconds(measured, 'search')).toBeCloseTo(1.25 * (4 + 49.9712 + 4 + 2), 9);
  expect(seconds(measured, 'verify')).toBeCloseTo(1.25 * (4 + 49.9712 + 4 + 10), 9);
});

test('once proxies ran the slowest counts, and verification by how much more it scores', () => {
  const state = { ...stateOf(), opening, longest: { train: 20, evaluate: { search: 3, verify: 0 } } };
  expect(seconds(state, 'search')).toBe(1.25 * (20 + 3));
  expect(seconds(state, 'verify')).toBe(1.25 * (20 + 15));
  state.longest.evaluate.verify = 40;
  expect(seconds(state, 'verify')).toBe(1.25 * (20 + 40));
});
