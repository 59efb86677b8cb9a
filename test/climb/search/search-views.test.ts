import { describe, expect, test } from '@jest/globals';
import { reserve, settle, times } from '../../../climb/search/budget.ts';
import { budgetOf, currentDetails, leaderboardOf, statusOf } from '../../../climb/search/search-views.ts';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import { enterLeaderboard } from '../../../climb/search/leaderboard.ts';
import { note, type SearchState } from '../../../climb/search/search-state.ts';
import { now, stateOf } from '../made-search.ts';

/** In the second iteration: eight proxies known, two running, ten minutes after the first began. */
function running(): SearchState {
  const state = stateOf({ budget: { proxies: 24, deviceHours: 2 } });
  const cost = proxyCost(state, 'search');
  reserve(state.account, times(cost, 10));
  settle(state.account, times(cost, 8), times(cost, 8));
  state.counts = { done: 7, failed: 0, diverged: 1, fromLedger: 2 };
  state.iteration = 1;
  // Every 75 s a proxy, and once the machine slept for a day.
  state.milestones = [0, 75_000, 150_000, 86_550_000, 86_625_000].map((later) => now + later);
  enterLeaderboard(state, { id: 'i1-p003', score: 2.5, losses: [2.4, 2.5, 2.6] });
  enterLeaderboard(state, { id: 'i1-p001', score: 2.75, losses: [2.7, 2.8, 2.75] });
  return state;
}
const later = now + 600_000;

test('the status of a search in its second iteration', () => {
  expect(statusOf(running(), later)).toEqual({
    phase: 'search',
    detail: 'iteration 2',
    paused: false,
    waitingFor: null,
    iteration: 1,
    iterations: 3,
    proxies: { done: 7, running: 2, planned: 24, failed: 0, fromLedger: 2 },
    best: { mixture: 'i1-p003', score: 2.5 },
    etaSeconds: 1200, // 16 are to come
    stoppedBy: null,
    rejected: [],
    failures: [],
  });
});

describe('the status', () => {
  test('promises no end before a proxy finished, nor while nothing moves', () => {
    expect(statusOf(stateOf(), now).etaSeconds).toBeNull();
    expect(statusOf({ ...running(), paused: true }, later).etaSeconds).toBeNull();
  });

  test('plans no more iterations once the search has ended', () => {
    const ended = statusOf({ ...running(), stoppedBy: 'finishEarly', phase: 'verify' }, later);
    expect(ended).toMatchObject({
      iterations: 1,
      stoppedBy: 'finishEarly',
      proxies: { planned: 16 },
      detail: 'verify',
    });
  });

  test('tells a pause that is coming from one that is there', () => {
    const pausing = running();
    pausing.paused = true;
    expect(statusOf(pausing, later).detail).toBe('paused: running proxies finish, none starts');
    pausing.account.reserved = { proxies: 0, trainTokens: 0, deviceSeconds: 0 };
    expect(statusOf(pausing, later).detail).toBe('paused');
  });

  test('says what needs attention and what a person can do', () => {
    const state = running();
    state.phase = 'needs-attention';
    expect(statusOf(state, later).detail).toContain(
      'send resume or retryFailed to try again, finishEarly to go on without, or cancel',
    );
    note(state.failures, { id: 'i2-p001', reason: 'disk full' });
    expect(statusOf(state, later)).toMatchObject({
      detail: expect.stringContaining('(i2-p001: disk full)'),
      failures: [{ id: 'i2-p001', reason: 'disk full' }],
    });
    note(state.failures, { id: 'trunk', reason: 'disk full' });
    expect(statusOf(state, later).detail).toContain(
      'the trunk that every proxy starts from is not trained (trunk: disk full)',
    );
  });

  test('is small and plain JSON', () => {
    const state = running();
    for (let at = 0; at < 1000; at++) note(state.failures, { id: `i1-p${at}`, reason: 'x'.repeat(300) });
    const status = statusOf(state, later);
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
    expect(JSON.stringify(status).length).toBeLessThan(8192);
  });
});

test('trunk and ladder are among the planned proxies', () => {
  const files = {
    proxy: { warmStart: { tokens: 1e6 } },
    target: { tokens: 2e10 },
    verify: { ladder: [{ width: 128, layers: 4 }] },
  };
  const { proxies, iterations } = statusOf(stateOf({ ...files, budget: { proxies: 33 } }), now);
  expect([iterations, proxies.planned]).toEqual([3, 33]);
});

test('the budget: allowed, used, reserved, left, and what that means', () => {
  const seconds = 1.25 * (8 + 499_712 / 30_000);
  expect(budgetOf(running(), later)).toEqual({
    budget: { proxies: 24, deviceHours: 2, concurrency: 8 },
    used: { proxies: 8, trainTokens: 8 * 499_712, deviceHours: 0.0685 },
    reserved: { proxies: 2, trainTokens: 2 * 499_712, deviceHours: 0.0171 },
    remaining: { proxies: 14, deviceHours: expect.closeTo(2 - (10 * seconds) / 3600, 6) },
    effect: '2 more iterations, then verification of 2 candidates and 2 baselines with 2 seeds each',
    changes: [],
  });
});

test('the leaderboard names its order and its tasks', () => {
  expect(leaderboardOf(running())).toEqual({
    order: 'lower is better',
    tasks: ['piqa bitsPerByte', 'arc_easy bitsPerByte', 'hellaswag bitsPerByte'],
    entries: [
      { id: 'i1-p003', score: 2.5, losses: [2.4, 2.5, 2.6] },
      { id: 'i1-p001', score: 2.75, losses: [2.7, 2.8, 2.75] },
    ],
  });
});

describe('the page for the UI', () => {
  test('is a line and a table', () => {
    expect(currentDetails(running(), later)).toBe(
      [
        '**search** · iteration 2 · 1/3 iterations · 7/24 proxies (2 from the ledger) · about 20 min left',
        '',
        '|  | mixture | objective | piqa | arc_easy | hellaswag |',
        '| --- | --- | --- | --- | --- | --- |',
        '| 1 | i1-p003 | 2.5000 | 2.4000 | 2.5000 | 2.6000 |',
        '| 2 | i1-p001 | 2.7500 | 2.7000 | 2.8000 | 2.7500 |',
      ].join('\n'),
    );
  });

  test('has no table before there is a score', () => {
    expect(currentDetails(stateOf(), later)).toBe('**search** · iteration 1 · 0/3 iterations · 0/24 proxies\n');
  });

  test('holds its shape whatever a task or a failure is called', () => {
    const state = { ...running(), phase: 'needs-attention' as const };
    state.spec = { ...state.spec, tasks: state.spec.tasks.map((task) => ({ ...task, name: 'a|b\n# c' })) };
    note(state.failures, { id: 'i2-p001', reason: 'Traceback:\n\n# `boom`\n| x |' });
    const lines = currentDetails(state, later).split('\n');
    expect(lines).toHaveLength(6);
    expect(lines.slice(2).every((line) => line.split('|').length === 8)).toBe(true);
  });
});
