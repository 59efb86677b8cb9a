import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  add,
  limitBrokenBy,
  moneyFor,
  nothing,
  openAccount,
  reserve,
  setMoney,
  settle,
  times,
  type Cost,
} from '../../../climb/search/budget.ts';

const cost = (proxies: number, trainTokens = 0, deviceSeconds = 0): Cost => ({ proxies, trainTokens, deviceSeconds });
const hour = 3600;

const costs = fc.record({
  proxies: fc.nat(3),
  trainTokens: fc.nat(1000),
  deviceSeconds: fc.nat(hour),
});
const budgets = fc.record(
  { proxies: fc.nat(20), trainTokens: fc.nat(8000), deviceHours: fc.nat(10) },
  { requiredKeys: ['proxies'] },
);
const prices = fc.record({ limit: fc.nat(40), perDeviceHour: fc.nat(8) });
/** Dispatch work of a cost, or end the n-th of what is in flight after using a part of its reservation. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('start' as const), cost: costs }),
    fc.record({ kind: fc.constant('end' as const), nth: fc.nat(), part: fc.constantFrom(0, 0.25, 0.5, 1) }),
    fc.record({ kind: fc.constant('change' as const), budget: budgets }),
    fc.record({ kind: fc.constant('price' as const), money: prices }),
  ),
  { maxLength: 60 },
);

const part = (of: Cost, share: number): Cost => ({
  proxies: Math.floor(of.proxies * share),
  trainTokens: Math.floor(of.trainTokens * share),
  deviceSeconds: Math.floor(of.deviceSeconds * share),
});

test('whatever the order of work and of its ends, the bill stays within the budget; a lowered budget stops new work at once', () => {
  fc.assert(
    fc.property(budgets, prices, steps, (first, money, steps) => {
      const account = openAccount({ concurrency: 1, ...first, money });
      const running: Cost[] = [];
      let spent = nothing;
      // What the bill may come to: the budget, or what was committed when the budget was cut below it.
      let allowed: (Cost & { money: number }) | undefined;
      // Money that was paid stays paid, whatever an hour costs later.
      let [paid, price] = [0, money.perDeviceHour];
      const committed = () => {
        const cost = add(account.charged, account.reserved);
        return { ...cost, money: moneyFor(account, cost.deviceSeconds) };
      };
      for (const step of steps) {
        if (step.kind === 'start') {
          if (limitBrokenBy(account, step.cost, 0) !== undefined) continue;
          reserve(account, step.cost);
          running.push(step.cost);
        } else if (step.kind === 'end') {
          const [done] = running.splice(step.nth % Math.max(1, running.length), 1);
          if (done !== undefined) {
            const used = part(done, step.part);
            settle(account, done, used);
            spent = add(spent, used);
            paid += (used.deviceSeconds / hour) * price;
          }
        } else if (step.kind === 'change') {
          const { money: kept } = account.budget;
          account.budget = { concurrency: 1, ...step.budget, money: kept };
          allowed = committed();
        } else {
          setMoney(account, step.money);
          price = step.money.perDeviceHour;
          allowed = committed();
        }
        const { proxies, trainTokens = Infinity, deviceHours = Infinity } = account.budget;
        const bill = committed();
        expect(bill.proxies).toBeLessThanOrEqual(Math.max(proxies, allowed?.proxies ?? 0));
        expect(bill.trainTokens).toBeLessThanOrEqual(Math.max(trainTokens, allowed?.trainTokens ?? 0));
        expect(bill.deviceSeconds).toBeLessThanOrEqual(Math.max(deviceHours * hour, allowed?.deviceSeconds ?? 0));
        const { limit } = account.budget.money as { limit: number };
        expect(bill.money).toBeLessThanOrEqual(Math.max(limit, allowed?.money ?? 0) + 1e-9);
        expect(moneyFor(account, account.charged.deviceSeconds)).toBeCloseTo(paid, 9);
        expect(account.reserved).toEqual(running.reduce(add, nothing));
        expect(account.charged).toEqual(spent);
      }
    }),
  );
});

describe('the limit that stands in the way', () => {
  const account = openAccount({
    proxies: 10,
    trainTokens: 1000,
    deviceHours: 1,
    deadline: '2026-08-01T00:00:00Z',
    concurrency: 1,
  });
  const before = Date.parse('2026-07-31T23:59:59Z');

  test.each<[string, Cost, number, string | undefined]>([
    ['all of it fits', cost(10, 1000, hour), before, undefined],
    ['a proxy too many', cost(11, 0, 0), before, 'proxies'],
    ['a token too many', cost(1, 1001, 0), before, 'trainTokens'],
    ['a second too many', cost(1, 0, hour + 1), before, 'deviceHours'],
    ['work for nothing, at the deadline', cost(0), before + 1000, 'deadline'],
    ['of several limits the first', cost(11, 1001, hour + 1), before + 1000, 'proxies'],
  ])('%s', (_, wanted, now, limit) => {
    expect(limitBrokenBy(account, wanted, now)).toBe(limit);
  });

  test('what is charged and what is reserved both count', () => {
    const open = openAccount({ proxies: 4, concurrency: 1 });
    reserve(open, cost(2));
    reserve(open, cost(1));
    settle(open, cost(2), cost(2));
    expect(limitBrokenBy(open, cost(1), 0)).toBeUndefined();
    expect(limitBrokenBy(open, cost(2), 0)).toBe('proxies');
  });

  test('an absent field is no limit', () => {
    expect(limitBrokenBy(openAccount({ proxies: 10, concurrency: 1 }), cost(1, 1e15, 1e9), Infinity)).toBeUndefined();
  });
});

describe('money', () => {
  test('is the limit that is named, from what an hour costs', () => {
    const account = openAccount({ proxies: 9, concurrency: 1, money: { limit: 3, perDeviceHour: 2 } });
    expect(limitBrokenBy(account, cost(1, 0, 1.5 * hour), 0)).toBeUndefined();
    expect(limitBrokenBy(account, cost(1, 0, 1.5 * hour + 1), 0)).toBe('money');
  });

  test('a search that counted none counts all of it from the beginning once it does', () => {
    const account = openAccount({ proxies: 9, concurrency: 1 });
    reserve(account, cost(1, 0, hour));
    settle(account, cost(1, 0, hour), cost(1, 0, hour));
    expect(moneyFor(account, hour)).toBe(0);
    setMoney(account, { limit: 5, perDeviceHour: 4 });
    expect(moneyFor(account, hour)).toBe(4);
    setMoney(account, { perDeviceHour: 1 });
    expect(moneyFor(account, 2 * hour)).toBe(5);
    expect(account.budget.money).toEqual({ limit: 5, perDeviceHour: 1 });
  });
});

test('costs add and multiply field by field', () => {
  expect(add(times(cost(1, 10, 100), 3), cost(1, 1, 1))).toEqual(cost(4, 31, 301));
});

test('two accounts share nothing', () => {
  const [one, other] = [openAccount({ proxies: 1, concurrency: 1 }), openAccount({ proxies: 1, concurrency: 1 })];
  reserve(one, cost(1));
  expect(other.reserved).toEqual(nothing);
});
