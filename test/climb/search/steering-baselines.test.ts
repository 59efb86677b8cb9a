/** RegMix's search and shorter runs are reserved before any iteration, like verification itself. */
import { expect, test } from '@jest/globals';
import { reserve, settle, times } from '../../../climb/search/budget.ts';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import { maySearch, mayTrainRegmix, plannedIterations, reasonToStop } from '../../../climb/search/steering.ts';
import { now, stateOf } from '../made-search.ts';

const changes = {
  budget: { proxies: 78 },
  verify: { baselines: ['uniform', 'proportional', 'regmix'] as const, regmixProxies: 44, efficiency: [0.5] },
};

function spent(proxies: number, iteration: number, budget = changes.budget) {
  const { verify } = changes;
  const state = stateOf({ budget, verify: { ...verify, baselines: [...verify.baselines] } });
  const cost = times(proxyCost(state, 'search'), proxies);
  reserve(state.account, cost);
  settle(state.account, cost, cost);
  return { ...state, iteration };
}

test('of 78 proxies 44 are RegMix’s, 10 verify and 2 are shorter: the search has 22', () => {
  expect(plannedIterations(spent(0, 0))).toBe(4);
  expect(reasonToStop(spent(16, 3), now)).toBeNull();
  expect(reasonToStop(spent(20, 4), now)).toEqual({ by: 'budget', limit: 'proxies' });
  expect([maySearch(spent(20, 4), now, 2), maySearch(spent(20, 4), now, 3)]).toEqual([undefined, 'proxies']);
});

test('RegMix may start while verification and shorter runs stay paid for', () => {
  const state = spent(20, 4);
  expect([mayTrainRegmix(state, now, 46), mayTrainRegmix(state, now, 47)]).toEqual([undefined, 'proxies']);
  expect(mayTrainRegmix(spent(20, 4, { proxies: 74 }), now, 44)).toBe('proxies');
});

test('a shorter run counts the tokens that it trains', () => {
  const tokens = 499_712;
  const budget = { proxies: 100, trainTokens: 78 * tokens };
  // 20 + 44 + 10 whole proxies and two halves leave three.
  const state = spent(20, 4, budget);
  expect([maySearch(state, now, 3), maySearch(state, now, 4)]).toEqual([undefined, 'trainTokens']);
});
