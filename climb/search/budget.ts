import type { SearchSpec } from '../spec/search-file.ts';

/** What a person allows a search to spend. An absent field is no limit. */
export type Budget = SearchSpec['budget'];

/** What work costs. */
export type Cost = { readonly proxies: number; readonly trainTokens: number; readonly deviceSeconds: number };

/**
 * The bill. Work is reserved before it is dispatched and charged when it ends, so that charged + reserved, and with it
 * the final bill, stays within the budget whatever order things end in.
 */
export type Account = {
  budget: Budget;
  charged: Cost;
  reserved: Cost;
  /** What was charged when the price of an hour last changed, at the prices of then; absent: it never did. */
  earlier?: { readonly money: number; readonly deviceSeconds: number };
};

/** The field of the budget that stands in the way. */
export type Limit = 'proxies' | 'trainTokens' | 'deviceHours' | 'money' | 'deadline';

export const nothing: Cost = { proxies: 0, trainTokens: 0, deviceSeconds: 0 };

export const openAccount = (budget: Budget): Account => ({ budget, charged: nothing, reserved: nothing });

export const add = (a: Cost, b: Cost): Cost => ({
  proxies: a.proxies + b.proxies,
  trainTokens: a.trainTokens + b.trainTokens,
  deviceSeconds: a.deviceSeconds + b.deviceSeconds,
});

export const times = (cost: Cost, n: number): Cost => ({
  proxies: cost.proxies * n,
  trainTokens: cost.trainTokens * n,
  deviceSeconds: cost.deviceSeconds * n,
});

/** What so many device seconds of the search cost, counted from its beginning; 0 where an hour has no price. */
export function moneyFor({ budget, earlier }: Account, deviceSeconds: number): number {
  const { money, deviceSeconds: before } = earlier ?? { money: 0, deviceSeconds: 0 };
  return money + ((deviceSeconds - before) / 3600) * (budget.money?.perDeviceHour ?? 0);
}

/** What was charged stays charged at the price of then; what runs and what is to come costs the new one. */
export function setMoney(account: Account, change: Partial<NonNullable<Budget['money']>>): void {
  const { budget, charged } = account;
  const money = { ...budget.money, ...change };
  if (money.limit === undefined || money.perDeviceHour === undefined) throw new RangeError('a limit without a price');
  if (budget.money !== undefined && money.perDeviceHour !== budget.money.perDeviceHour) {
    account.earlier = { money: moneyFor(account, charged.deviceSeconds), deviceSeconds: charged.deviceSeconds };
  }
  account.budget = { ...budget, money: { ...money, limit: money.limit, perDeviceHour: money.perDeviceHour } };
}

/**
 * The first limit that `cost` would break on top of what is charged and reserved, or undefined where it fits.
 * @param now milliseconds since 1970
 */
export function limitBrokenBy(account: Account, cost: Cost, now: number): Limit | undefined {
  const { budget, charged, reserved } = account;
  const total = add(add(charged, reserved), cost);
  if (total.proxies > budget.proxies) return 'proxies';
  if (total.trainTokens > (budget.trainTokens ?? Infinity)) return 'trainTokens';
  if (total.deviceSeconds > (budget.deviceHours ?? Infinity) * 3600) return 'deviceHours';
  if (moneyFor(account, total.deviceSeconds) > (budget.money?.limit ?? Infinity)) return 'money';
  if (budget.deadline !== undefined && now >= Date.parse(budget.deadline)) return 'deadline';
  return undefined;
}

/** Sets `cost` aside; the caller has asked `limitBrokenBy` first. */
export function reserve(account: Account, cost: Cost): void {
  account.reserved = add(account.reserved, cost);
}

/** Turns a reservation into a charge of what was really used; the rest is free again. */
export function settle(account: Account, reserved: Cost, used: Cost): void {
  account.reserved = add(account.reserved, times(reserved, -1));
  account.charged = add(account.charged, used);
}
