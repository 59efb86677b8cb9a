import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reserve, settle, times } from '../../../climb/search/budget.ts';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import { changeBudget } from '../../../climb/search/change-budget.ts';
import { effect } from '../../../climb/search/effect.ts';
import type { SearchState } from '../../../climb/search/search-state.ts';
import {
  affordableCandidates,
  maySearch,
  plannedIterations,
  reasonToStop,
  remaining,
  rungCost,
} from '../../../climb/search/steering.ts';
import { now, stateOf } from '../made-search.ts';

/** A search in which `proxies` were trained, each at its estimate. */
function spent(proxies: number, iteration: number, changes: Parameters<typeof stateOf>[0] = {}): SearchState {
  const state = stateOf(changes);
  const cost = times(proxyCost(state, 'search'), proxies);
  reserve(state.account, cost);
  settle(state.account, cost, cost);
  return { ...state, iteration };
}

describe('reasonToStop', () => {
  test('with 24 proxies three iterations start, and verification stays paid for', () => {
    expect([spent(0, 0), spent(8, 1), spent(12, 2)].map((state) => reasonToStop(state, now))).toEqual([
      null,
      null,
      null,
    ]);
    expect(reasonToStop(spent(16, 3), now)).toEqual({ by: 'budget', limit: 'proxies' });
  });

  test('a limit on iterations ends the search before its budget', () => {
    const state = spent(8, 1, { search: { iterations: 1 } });
    expect(reasonToStop(state, now)).toEqual({ by: 'iterations', limit: null });
  });

  test('finishEarly comes before everything else', () => {
    const state = { ...spent(16, 3), finishEarly: 'iteration' as const };
    expect(reasonToStop(state, now)).toEqual({ by: 'finishEarly', limit: null });
  });

  test.each([
    ['trainTokens', { budget: { proxies: 100, trainTokens: 16 * 499_712 } }],
    ['deviceHours', { budget: { proxies: 100, deviceHours: (19 * 1.25 * (8 + 499_712 / 30_000)) / 3600 } }],
    ['deadline', { budget: { proxies: 100, deadline: '2026-08-01T00:00:01Z' } }],
  ])('%s is the limit that is named', (limit, changes) => {
    expect(reasonToStop(spent(8, 1, changes), now + 1000)).toEqual({ by: 'budget', limit });
  });
});

describe('a further batch that is expected to gain less than the noise of one run', () => {
  const beneath = { gain: 0.002, noise: 0.007 };

  test('ends the search, and what is left of the budget stays unspent', () => {
    const state = { ...spent(12, 2), outlook: beneath };
    expect(reasonToStop(state, now)).toEqual({ by: 'converged', limit: null });
    expect(effect(state, now)).toContain('no new iteration (converged)');
    expect(state.account.charged.proxies).toBe(12);
  });

  test('is tried while the gain is above the noise, or nothing is known of it', () => {
    expect(reasonToStop({ ...spent(12, 2), outlook: { gain: 0.008, noise: 0.007 } }, now)).toBeNull();
    expect(reasonToStop({ ...spent(12, 2), outlook: null }, now)).toBeNull();
  });

  test('is tried all the same where the file says so, as the published presets do', () => {
    const through = { search: { stop: { gain: false } } } as const;
    expect(reasonToStop({ ...spent(12, 2, through), outlook: beneath }, now)).toBeNull();
    const published = { search: { preset: 'paper' } } as const;
    expect(reasonToStop({ ...spent(9, 1, published), outlook: beneath }, now)).toBeNull();
  });

  test('is tried in a search that an earlier version began', () => {
    const { outlook: _, ...carried } = spent(12, 2);
    expect(reasonToStop(carried, now)).toBeNull();
  });
});

test('a schedule that is over ends the search, whatever the budget holds', () => {
  const listed = { search: { schedule: [4, 2] }, budget: { proxies: 100 } };
  expect(reasonToStop(spent(4, 1, listed), now)).toBeNull();
  expect(reasonToStop(spent(6, 2, listed), now)).toEqual({ by: 'iterations', limit: null });
  expect(plannedIterations(stateOf(listed))).toBe(2);
});

test('one more proxy may start while verification is paid for on top', () => {
  expect(maySearch(spent(15, 3), now, 1)).toBeUndefined();
  expect(maySearch(spent(16, 3), now, 1)).toBe('proxies');
});

test('verification gives up candidates before it gives up seeds or baselines', () => {
  expect([16, 17, 18, 19, 24].map((proxies) => affordableCandidates(spent(proxies, 3), now))).toEqual([2, 1, 1, 0, 0]);
});

describe('a ladder', () => {
  const verify = { ladder: [{ width: 128, layers: 4, tokens: 999_424 }] };
  const target = { tokens: 2e10 };

  test('is reserved before any iteration, in proxies, tokens and hours', () => {
    expect(reasonToStop(spent(16, 3, { verify, target, budget: { proxies: 35 } }), now)).toEqual({
      by: 'budget',
      limit: 'proxies',
    });
    expect(maySearch(spent(16, 3, { verify, target, budget: { proxies: 33 } }), now, 1)).toBeUndefined();
    expect(maySearch(spent(16, 3, { verify, target, budget: { proxies: 32 } }), now, 1)).toBe('proxies');
    const tokens = 25 * 499_712 + 8 * 999_424;
    const limited = (trainTokens: number) => spent(16, 3, { verify, target, budget: { proxies: 99, trainTokens } });
    expect(maySearch(limited(tokens), now, 1)).toBeUndefined();
    expect(maySearch(limited(tokens - 1), now, 1)).toBe('trainTokens');
  });

  test('costs what its size costs', () => {
    const state = stateOf({ verify, target, budget: { proxies: 99 } });
    const [one] = verify.ladder;
    expect(rungCost(state, one!, 4)).toMatchObject({ proxies: 8, trainTokens: 8 * 999_424 });
    expect(rungCost(state, one!, 2).deviceSeconds).toBeGreaterThan(
      3 * times(proxyCost(state, 'verify'), 4).deviceSeconds,
    );
  });

  test('is told of, and gives way to verification', () => {
    const state = spent(16, 3, { verify, target, budget: { proxies: 32 } });
    state.account.budget = { ...state.account.budget, proxies: 24 };
    expect(affordableCandidates(state, now)).toBe(2);
    expect(effect(state, now)).toMatch(/verification of 2 candidates .* and the ladder as far as the budget goes$/);
    expect(effect({ ...state, phase: 'ladder' }, now)).toBe('no further iterations: the ladder is under way');
  });
});

describe('plannedIterations', () => {
  test.each([
    ['as many as the proxies pay for', {}, 3],
    ['no more than asked for', { search: { iterations: 2 } }, 2],
    ['no more than the tokens pay for', { budget: { proxies: 100, trainTokens: 20 * 499_712 } }, 2],
  ])('%s', (_, changes, iterations) => {
    expect(plannedIterations(stateOf(changes))).toBe(iterations);
  });

  test('never fewer than there were', () => {
    const state = spent(16, 3);
    changeBudget(state, { proxies: 1 }, now);
    expect(plannedIterations(state)).toBe(3);
  });
});

describe('changeBudget', () => {
  test('changes the named fields alone and says in a sentence what follows', () => {
    const state = spent(16, 3, { budget: { proxies: 24, trainTokens: 1e9, concurrency: 2 } });
    changeBudget(state, { proxies: 32, reason: 'it pays' }, now);
    expect(effect(state, now)).toBe(
      '2 more iterations, then verification of 2 candidates and 2 baselines with 2 seeds each',
    );
    expect(state.account.budget).toEqual({ proxies: 32, trainTokens: 1e9, concurrency: 2 });
    expect(state.changes).toEqual([{ at: now, change: 'proxies = 32 (it pays)' }]);
  });

  test('a limit on iterations is a change too', () => {
    const state = spent(8, 1);
    changeBudget(state, { iterations: 1, concurrency: 3 }, now);
    expect(effect(state, now)).toContain('no new iteration (iterations)');
    expect(state.iterationLimit).toBe(1);
    expect(state.account.budget).toEqual({ proxies: 24, concurrency: 3 });
    expect(state.changes[0]?.change).toBe('concurrency = 3, iterations = 1');
  });

  test('of any changes the last of each field wins', () => {
    const message = fc.record(
      {
        proxies: fc.integer({ min: 1, max: 99 }),
        trainTokens: fc.integer({ min: 1, max: 99 }),
        deviceHours: fc.integer({ min: 1, max: 99 }),
        concurrency: fc.integer({ min: 1, max: 99 }),
        iterations: fc.integer({ min: 1, max: 99 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 100 }), (messages) => {
        const state = stateOf();
        const before = { ...state.account.budget, iterations: state.iterationLimit };
        for (const change of messages) changeBudget(state, change, now);
        const last = Object.assign({}, before, ...messages) as typeof before;
        expect({ ...state.account.budget, iterations: state.iterationLimit }).toEqual(last);
        expect(state.changes.length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe('effect', () => {
  test.each<[string, Partial<SearchState>, string]>([
    [
      'on the way',
      { iteration: 1 },
      '2 more iterations, then verification of 2 candidates and 2 baselines with 2 seeds each',
    ],
    ['called off', { finishEarly: 'iteration' }, 'no new iteration (finishEarly), then verification of 2 candidates'],
    [
      'towards gates',
      { iteration: 1, spec: { ...stateOf().spec, gates: ['verify', 'report'] }, approved: ['report'] },
      'with 2 seeds each; it waits for approval before verify',
    ],
    [
      'at a gate behind which all that is trained has been',
      { phase: 'waiting', waitingFor: 'report', spec: { ...stateOf().spec, gates: ['report'] } },
      'nothing: all proxies are trained',
    ],
    ['while verifying', { phase: 'verify' }, 'no further iterations: verification is under way'],
    ['while reporting', { phase: 'report' }, 'nothing: all proxies are trained'],
    ['at the end', { phase: 'done' }, 'nothing: all proxies are trained'],
  ])('%s', (_, changes, sentence) => {
    expect(effect({ ...stateOf(), ...changes }, now)).toContain(sentence);
  });

  test('what else is trained is told of: RegMix before verification, the ladder and shorter lengths after it', () => {
    const verify = {
      baselines: ['proportional' as const, 'regmix' as const],
      regmixProxies: 44,
      efficiency: [0.25, 0.5],
    };
    const ladder = [{ width: 128, layers: 4 }];
    const all = { verify: { ...verify, ladder }, target: { tokens: 2e10 }, budget: { proxies: 200 } };
    expect(effect(spent(8, 1, all), now)).toMatch(
      /more iterations, then RegMix's search of 44 proxies and verification of 2 candidates and 2 baselines with 2 seeds each, and the ladder and the recipe at 2 shorter lengths as far as the budget goes$/,
    );
    const state = spent(16, 3, { verify, budget: { proxies: 80 } });
    state.account.budget = { ...state.account.budget, proxies: 26 };
    expect(effect(state, now)).toContain("then no search of RegMix's (proxies) and verification of 2 candidates");
  });

  test('a budget that reaches for nothing more says that the recipe will not be verified', () => {
    expect(effect(spent(20, 3), now)).toBe(
      'no new iteration (proxies), then no verification: the recipe will say that it is not verified',
    );
  });
});

test('what remains counts reservations as spent, and leaves out what has no limit', () => {
  const state = spent(2, 0, { budget: { proxies: 24, trainTokens: 1e9, deviceHours: 1 } });
  const cost = proxyCost(state, 'search');
  reserve(state.account, cost);
  expect(remaining(state.account)).toEqual({
    proxies: 21,
    trainTokens: 1e9 - 3 * 499_712,
    deviceHours: expect.closeTo(1 - (3 * cost.deviceSeconds) / 3600, 9),
  });
  expect(remaining(stateOf().account)).toEqual({ proxies: 24 });
});
