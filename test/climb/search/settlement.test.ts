import { expect, test } from '@jest/globals';
import { reserve } from '../../../climb/search/budget.ts';
import { proxyCost } from '../../../climb/search/proxy-cost.ts';
import {
  chargeCut,
  settleCut,
  settleDiverged,
  settleLost,
  settleRefused,
  settleScored,
  type ScoredProxy,
} from '../../../climb/search/settlement.ts';
import { proxyShape } from '../../../climb/spec/proxy-shape.ts';
import { now, stateOf } from '../made-search.ts';

/** A search with so many proxies in flight. */
function inFlight(proxies: number) {
  const state = stateOf();
  state.milestones = [now];
  const reserved = proxyCost(state, 'search');
  for (let at = 0; at < proxies; at++) reserve(state.account, reserved);
  return { state, reserved, batch: { part: 'search' as const, proxy: proxyShape(state.spec.proxy) } };
}

const scored = (id: string, bitsPerByte: number, changes: Partial<ScoredProxy> = {}): ScoredProxy => ({
  id,
  fromLedger: false,
  tasks: ['piqa', 'arc_easy', 'hellaswag'].map((name) => ({ name, n: 10, bitsPerByte })),
  seconds: { train: 10, evaluate: 2 },
  ...changes,
});

test('scored proxies are charged one by one, stand on the leaderboard, and set pace and price', () => {
  const { state, reserved, batch } = inFlight(3);
  const free = { fromLedger: true, seconds: { train: 0, evaluate: 0 } };
  settleScored(state, batch, reserved, [scored('a', 3), scored('b', 2), scored('c', 2.5, free)], now + 24_000);
  expect(state.account.charged).toEqual({ proxies: 3, trainTokens: 3 * 499_712, deviceSeconds: 24 });
  expect(state.account.reserved).toMatchObject({ proxies: 0, trainTokens: 0 });
  expect(state.counts).toEqual({ done: 3, failed: 0, diverged: 0, fromLedger: 1 });
  expect(state.leaderboard.map(({ id, score }) => [id, score])).toEqual([
    ['b', 2],
    ['c', 2.5],
    ['a', 3],
  ]);
  expect(state.milestones).toEqual([now, now + 12_000, now + 24_000]);
  expect(state.longest).toMatchObject({ train: 20, evaluate: { search: 4, verify: 0 } });
});

test('proxies of the verification are no standings of the search', () => {
  const { state, reserved, batch } = inFlight(1);
  settleScored(state, { ...batch, part: 'verify' }, reserved, [scored('v-uniform-s1', 2)], now);
  expect(state.leaderboard).toEqual([]);
  expect(state.longest.evaluate).toEqual({ search: 0, verify: 2 });
});

test('a proxy that diverged has its place and its price; from the ledger it is free', () => {
  const { state, reserved } = inFlight(2);
  settleDiverged(state, reserved, { id: 'i1-p001', seconds: 7, fromLedger: false });
  settleDiverged(state, reserved, { id: 'i1-p001', seconds: 0, fromLedger: true });
  expect(state.account.charged).toEqual({ proxies: 2, trainTokens: 2 * 499_712, deviceSeconds: 7 });
  expect(state.counts).toEqual({ done: 0, failed: 0, diverged: 2, fromLedger: 1 });
});

test('one that failed before it diverged stands among the failures no more', () => {
  const { state, reserved } = inFlight(2);
  settleLost(state, reserved, 3, { id: 'i1-p001', reason: 'the device was lost' });
  settleDiverged(state, reserved, { id: 'i1-p001', seconds: 7, fromLedger: false });
  expect(state.failures).toEqual([]);
});

test('a lost proxy gives its place back, and costs what it took, more than was reserved too; only a failure is noted', () => {
  const { state, reserved } = inFlight(2);
  settleLost(state, reserved, 3, { id: 'a', reason: 'disk full' });
  settleLost(state, reserved, 1000, null);
  expect(state.account.charged).toEqual({
    proxies: 0,
    trainTokens: 2 * 499_712,
    deviceSeconds: 3 + 1000,
  });
  expect(state.account.reserved.deviceSeconds).toBeCloseTo(0, 9);
  expect(state.counts.failed).toBe(1);
  expect(state.failures).toEqual([{ id: 'a', reason: 'disk full' }]);
});

test('a proxy that is to be tried alone has used nothing but the time that passed', () => {
  const { state, reserved } = inFlight(2);
  settleRefused(state, reserved, 3);
  settleRefused(state, reserved, 1e9);
  expect(state.account.charged).toEqual({ proxies: 0, trainTokens: 0, deviceSeconds: 3 + reserved.deviceSeconds });
  expect(state.account.reserved).toMatchObject({ proxies: 0, trainTokens: 0 });
  expect(state.counts).toEqual({ done: 0, failed: 0, diverged: 0, fromLedger: 0 });
});

test('a proxy whose training a pause cut is charged its tokens and the time of a device, and no more than was reserved', () => {
  const { state, reserved } = inFlight(2);
  expect(settleCut(state, reserved, 3)).toBe(3);
  expect(settleCut(state, reserved, 1e9)).toBe(reserved.deviceSeconds);
  expect(state.account.charged).toEqual({
    proxies: 0,
    trainTokens: 2 * reserved.trainTokens,
    deviceSeconds: 3 + reserved.deviceSeconds,
  });
  expect(state.account.reserved).toMatchObject({ proxies: 0, trainTokens: 0 });
});

test('one that had not begun costs nothing; one that goes on is reserved its tokens anew, and cut again it has paid for them', () => {
  const { state, reserved } = inFlight(1);
  expect(settleCut(state, reserved, 0)).toBe(0);
  expect(state.account.charged).toEqual({ proxies: 0, trainTokens: 0, deviceSeconds: 0 });
  reserve(state.account, reserved);
  const spent = settleCut(state, reserved, 3);
  chargeCut(state, -reserved.trainTokens);
  expect(state.account.charged).toEqual({ proxies: 0, trainTokens: 0, deviceSeconds: 3 });
  reserve(state.account, reserved);
  expect(settleCut(state, reserved, 0, spent)).toBe(3);
  expect(state.account.charged).toEqual({ proxies: 0, trainTokens: reserved.trainTokens, deviceSeconds: 3 });
});
