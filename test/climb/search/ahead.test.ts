import { describe, expect, test } from '@jest/globals';
import { aheadOf, proxiesIn } from '../../../climb/search/ahead.ts';
import { reserve, times } from '../../../climb/search/budget.ts';
import { effect } from '../../../climb/search/effect.ts';
import { planOf } from '../../../climb/search/plan-view.ts';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import type { SearchState } from '../../../climb/search/search-state.ts';
import { statusOf } from '../../../climb/search/search-views.ts';
import { now, stateOf } from '../made-search.ts';

/** Two proxies of a batch are in flight, so many others of it wait. */
function training(at: string, waiting: number, changes: Partial<SearchState> = {}): SearchState {
  const state = { ...stateOf({ budget: { proxies: 24 } }), ...changes };
  const each = proxyCost(state, at === 'v' ? 'verify' : 'search');
  reserve(state.account, times(each, 2));
  return { ...state, batch: { at, waiting, each } };
}

/** The three answers, which a person sees side by side. */
function answers(state: SearchState) {
  const { proxies, iterations, etaSeconds } = statusOf(state, now);
  const { cost } = planOf(state, now);
  return {
    ahead: proxiesIn(aheadOf(state, now), state.spec),
    cost: cost.proxies,
    planned: proxies.planned,
    iterations,
    etaSeconds,
  };
}

describe('status and plan count the same', () => {
  test('while the first batch of three is trained', () => {
    const state = training('i1', 4, { milestones: [now, now + 1000, now + 2000] });
    state.counts.done = 2;
    expect(answers(state)).toEqual({ ahead: 22, cost: 22, planned: 24, iterations: 3, etaSeconds: 22 });
    expect(planOf(state, now).steps[0]).toMatchObject({ what: 'iteration 1, under way', proxies: 6 });
  });

  test('between a batch and its commit', () => {
    const state = training('i3', 0, { iteration: 2, milestones: [now] });
    state.account.reserved = { proxies: 0, trainTokens: 0, deviceSeconds: 0 };
    state.counts.done = 16;
    state.account.charged = { ...state.account.charged, proxies: 16 };
    expect(answers(state)).toMatchObject({ ahead: 8, planned: 24, iterations: 3 });
    expect(answers({ ...state, iteration: 3 })).toMatchObject({ ahead: 8, planned: 24, iterations: 3 });
  });

  test('once the search is to end after this iteration', () => {
    const state = training('i1', 4, { finishEarly: 'iteration' });
    expect(answers(state)).toMatchObject({ ahead: 6 + 8, cost: 6 + 8, planned: 6 + 8, iterations: 1 });
  });

  test('once a budget pays for nothing more: what runs ends, and nothing is verified', () => {
    const state = training('i1', 0);
    state.account.budget = { ...state.account.budget, proxies: 1 };
    expect(answers(state)).toMatchObject({ ahead: 2, cost: 2, planned: 2, iterations: 1 });
  });

  test('while its verification is trained', () => {
    const state = training('v', 6, { phase: 'verify', iteration: 3, stoppedBy: 'budget' });
    state.counts.done = 16;
    expect(answers(state)).toMatchObject({ ahead: 8, cost: 8, planned: 24, iterations: 3 });
    expect(effect({ ...state, phase: 'needs-attention' }, now)).toContain('verification is under way');
    expect(statusOf({ ...state, phase: 'needs-attention' }, now).detail).toContain('too few proxies of verification');
  });

  test.each([{ finishEarly: 'now' as const }, { phase: 'done' as const }, { phase: 'report' as const }])(
    'nothing new after %j, and no seconds left once nothing runs',
    (changes) => {
      const state = { ...stateOf(), ...changes, milestones: [now, now + 1000] };
      state.counts.done = 9;
      expect(answers(state)).toMatchObject({ ahead: 0, cost: 0, planned: 9, etaSeconds: 0 });
    },
  );

  test('with a trunk before, and a ladder and shorter lengths after', () => {
    const state = stateOf({
      proxy: { warmStart: { tokens: 1e6 } },
      target: { tokens: 2e10 },
      verify: { ladder: [{ width: 128, layers: 4 }], efficiency: [0.5] },
      budget: { proxies: 35 },
    });
    expect(answers(state)).toMatchObject({ ahead: 35, cost: 35, planned: 35 });
    expect(planOf(state, now).steps[0]).toMatchObject({ what: 'the trunk', proxies: 1 });
  });
});
