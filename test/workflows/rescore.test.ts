/** What scoring finished proxies again may cost where a group fails, with stages that fail at once. */
import { expect, jest, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { times } from '../../climb/search/budget.ts';
import { scoringCost } from '../../climb/search/proxy-cost.ts';
import type { Opening, Prepared } from '../../climb/search/search-state.ts';
import { mayPay } from '../../climb/search/steering.ts';
import { stateOf } from '../climb/made-search.ts';

/** Device seconds that a group says it took when it failed. */
const seconds = 7;
const stages: string[][] = [];
jest.unstable_mockModule('../../workflows/stages.ts', () => ({
  runStage: (_opening: unknown, _stage: string, _view: unknown, { members }: { members: { id: string }[] }) => {
    stages.push(members.map(({ id }) => id));
    return Promise.reject(ApplicationFailure.create({ message: 'broken', nonRetryable: true, details: [seconds] }));
  },
}));
const workflow = await import('@temporalio/workflow');
jest.unstable_mockModule('@temporalio/workflow', () => ({
  ...workflow,
  condition: (ready: () => boolean) => (ready() ? Promise.resolve() : Promise.reject(new Error('it waits for ever'))),
  patched: () => true,
  workflowInfo: () => ({ historyLength: 1, continueAsNewSuggested: false }),
}));
const { rescore } = await import('../../workflows/rescore.ts');

const ref = { sha256: 'a'.repeat(64), bytes: 1 };
const ids = ['a', 'b', 'c', 'd'];
const proxies = ids.map((id) => ({ id, name: `i1-${id}`, weights: ref }));
const prepared: Prepared = { manifest: ref, domainSet: ref, tokens: ref };

/** A search that could score four proxies side by side, with so many device seconds on top. */
function searchWith(spare: number) {
  const state = stateOf({ budget: { proxies: 24, concurrency: 4 } });
  const { tasks } = state.spec;
  state.opening = {
    group: 4,
    tasks: tasks.map(() => ref),
    continuations: { search: 100, verify: 200 },
  } as Partial<Opening> as Opening;
  const cost = times(scoringCost(state, 'search', 4), 4);
  const pays = (deviceHours: number) => {
    state.account.budget = { ...state.account.budget, deviceHours };
    return mayPay(state, Date.now(), cost) === undefined;
  };
  let [least, enough] = [0, 1000];
  while (enough - least > 1e-9) {
    const middle = (least + enough) / 2;
    if (pays(middle)) enough = middle;
    else least = middle;
  }
  pays(enough + spare / 3600);
  return state;
}

test.each([
  ['pays for it', seconds + 1, [ids, ...ids.map((id) => [id])], seconds * 5],
  ['does not pay for it', seconds - 1, [ids], seconds],
])('of a group that failed each is tried alone where the budget %s', async (_, spare, tried, charged) => {
  const state = searchWith(spare);
  stages.length = 0;
  await expect(rescore(state, { ...state }, prepared, proxies, 't1')).rejects.toThrow('only 0 of 4 finished proxies');
  expect(stages).toEqual(tried);
  expect(state.account.charged.deviceSeconds).toBeCloseTo(charged, 6);
  expect(state.account.reserved.deviceSeconds).toBeCloseTo(0, 6);
  expect(state.failures.map(({ id }) => id)).toEqual(proxies.map(({ name }) => `${name} on new tasks`));
});
