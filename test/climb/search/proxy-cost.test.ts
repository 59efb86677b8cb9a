import { describe, expect, test } from '@jest/globals';
import { noteSeconds, proxyCost } from '../../../climb/search/proxy-cost.ts';
import { proxyShape } from '../../../climb/spec/proxy-shape.ts';
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

describe('a group', () => {
  const shape = proxyShape(stateOf().spec.proxy);
  const group = (size: number, train: number, evaluate: number) =>
    Array.from({ length: size }, () => ({ train, evaluate }));
  const open = () => ({ ...stateOf(), opening });
  const reserved = (state: ReturnType<typeof open>, together: number) =>
    proxyCost(state, 'search', { together }).deviceSeconds * together;

  test('is reserved at what the longest group took, whatever its size; a larger one in proportion', () => {
    const state = open();
    noteSeconds(state, 'search', shape, group(8, 5, 1));
    expect([1, 4, 8, 16].map((size) => reserved(state, size))).toEqual([60, 60, 60, 120]);
    noteSeconds(state, 'search', shape, group(2, 10, 2));
    expect(reserved(state, 8)).toBe(60);
    noteSeconds(state, 'search', shape, group(2, 30, 4));
    expect(reserved(state, 8)).toBe(1.25 * (60 + 8));
  });

  test('counts those alone that were trained, or scored, together: the ledger is free', () => {
    const state = open();
    noteSeconds(state, 'search', shape, [...group(3, 0, 0), ...group(1, 0, 2), ...group(1, 40, 2)]);
    expect(state.longest).toEqual({
      train: 40,
      evaluate: { search: 4, verify: 0 },
      together: { train: 1, evaluate: 2 },
    });
    noteSeconds(state, 'search', shape, []);
    expect(reserved(state, 2)).toBe(1.25 * (2 * 40 + 4));
  });

  test('is not known from one alone, on a device that trains groups: a trunk, or what the ledger left', () => {
    const state = { ...open(), opening: { ...opening, group: 4 } };
    const before = reserved(state, 4);
    noteSeconds(state, 'search', { ...shape, tokens: 10 * shape.tokens }, group(1, 400, 0));
    expect(reserved(state, 4)).toBe(before);
    noteSeconds(state, 'search', shape, group(1, 40, 4));
    expect(reserved(state, 4)).toBe(before);
    noteSeconds(state, 'search', shape, group(4, 12, 1));
    expect(reserved(state, 4)).toBe(1.25 * (48 + 4));
    state.account.budget = { ...state.account.budget, concurrency: 1 };
    noteSeconds(state, 'search', shape, group(1, 60, 4));
    expect(reserved(state, 1)).toBe(1.25 * (60 + 4));
  });

  test('of fewer than were measured may take as long as all of them; a core trains one alone', () => {
    const state = { ...open(), opening: { ...opening, group: 4, tokensPerSecond: 10_000 } };
    const training = (together: number) => reserved(state, together) - together * 1.25 * (4 + 4 + 2);
    expect(training(4)).toBeCloseTo(4 * 1.25 * 49.9712, 9);
    expect(training(1)).toBeCloseTo(training(4), 9);
    const { tokensPerSecond: _, ...unmeasured } = state.opening;
    const core = { ...state, opening: unmeasured };
    expect(reserved(core, 1)).toBeCloseTo(1.25 * (4 + 499_712 / 30_000 + 4 + 2), 9);
  });

  test('of another shape takes time as its parameters and tokens do, before and after it was measured', () => {
    const state = open();
    const double = { ...shape, tokens: 2 * shape.tokens };
    const side = { shape: double };
    expect(proxyCost(state, 'search', side).trainTokens).toBe(999_424);
    const before = proxyCost(state, 'search').deviceSeconds - 1.25 * 6;
    expect(proxyCost(state, 'search', side).deviceSeconds).toBeCloseTo(2 * before + 1.25 * 6, 9);
    noteSeconds(state, 'search', shape, group(1, 20, 3));
    expect(proxyCost(state, 'search', side).deviceSeconds).toBe(1.25 * (40 + 3));
    noteSeconds(state, 'search', double, group(1, 50, 3));
    expect(proxyCost(state, 'search').deviceSeconds).toBe(1.25 * (25 + 3));
  });
});
