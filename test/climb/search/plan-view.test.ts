import { expect, test } from '@jest/globals';
import { planOf } from '../../../climb/search/plan-view.ts';
import { now, stateOf } from '../made-search.ts';

test('what is still to be done: batches, gates where they stand, verification, and its cost', () => {
  const state = stateOf({ gates: ['search', 'report'] });
  const plan = planOf({ ...state, passed: ['search'], iteration: 1 }, now);
  expect(plan.iterations).toEqual({ done: 1, left: 2, batches: [4, 4] });
  expect(plan.steps).toEqual([
    expect.objectContaining({ what: 'iteration 2', proxies: 4, trainTokens: 4 * 499_712 }),
    expect.objectContaining({ what: 'iteration 3', proxies: 4 }),
    expect.objectContaining({ what: 'verification of 2 candidates and 2 baselines with 2 seeds', proxies: 8 }),
    { approval: 'report' },
  ]);
  expect(plan).toMatchObject({ gates: ['report'], waitingFor: null, newTasks: null });
  expect(plan.cost).toMatchObject({ proxies: 16, trainTokens: 16 * 499_712 });
  expect(plan.cost.deviceHours).toBeGreaterThan(0);
});

test('RegMix, the ladder and shorter lengths are steps of their own, priced in money where an hour has a price', () => {
  const state = stateOf({
    verify: {
      baselines: ['proportional', 'regmix'],
      regmixProxies: 44,
      ladder: [{ width: 128, layers: 4 }],
      efficiency: [0.5],
    },
    target: { tokens: 1e9 },
    budget: { proxies: 200, money: { limit: 1000, perDeviceHour: 3, currency: 'EUR' } },
    search: { schedule: [4] },
  });
  const plan = planOf(state, now);
  expect(plan.steps.map((step) => ('what' in step ? step.what : step.approval))).toEqual([
    'iteration 1',
    "RegMix's search",
    'verification of 2 candidates and 2 baselines with 2 seeds',
    'ladder 128 × 4',
    'the recipe at 0.5 of the tokens',
  ]);
  expect(plan.cost.money).toBeCloseTo(3 * plan.cost.deviceHours, 2);
  expect(
    planOf({ ...state, stoppedBy: 'iterations', verified: {} as never, ladder: [{} as never] }, now).steps,
  ).toEqual([expect.objectContaining({ what: 'the recipe at 0.5 of the tokens' })]);
});

test('of many iterations the first ten are told one by one', () => {
  const plan = planOf(stateOf({ budget: { proxies: 1000 }, search: { first: 8, batch: 4 } }), now);
  expect(plan.iterations.left).toBe(247);
  expect(plan.steps).toHaveLength(12);
  expect(plan.steps[10]).toMatchObject({ what: 'iterations 11–247', proxies: 237 * 4 });
});

test('a budget that pays for no verification plans none', () => {
  const state = stateOf();
  state.account.budget = { ...state.account.budget, proxies: 1 };
  expect(planOf(state, now)).toMatchObject({ iterations: { left: 0 }, steps: [], cost: { proxies: 0 } });
});
