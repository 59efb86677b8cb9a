import type { SearchSpec } from '../spec/search-file.ts';

/** What a person allows a search to spend. An absent field is no limit. */
export type Budget = SearchSpec['budget'];

/** What work costs. */
export type Cost = { readonly proxies: number; readonly trainTokens: number; readonly deviceSeconds: number };

/**
 * The bill. Work is reserved before it is dispatched and charged when it ends, so that charged + reserved, and with it
 * the final bill, stays within the budget whatever order things end in.
 */
export type Account = { budget: Budget; charged: Cost; reserved: Cost };

/** The field of the budget that stands in the way. */
export type Limit = 'proxies' | 'trainTokens' | 'deviceHours' | 'deadline';

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

/**
 * The first limit that `cost` would break on top of what is charged and reserved, or undefined where it fits.
 * @param now milliseconds since 1970
 */
export function limitBrokenBy({ budget, charged, reserved }: Account, cost: Cost, now: number): Limit | undefined {
  const total = add(add(charged, reserved), cost);
  if (total.proxies > budget.proxies) return 'proxies';
  if (total.trainTokens > (budget.trainTokens ?? Infinity)) return 'trainTokens';
  if (total.deviceSeconds > (budget.deviceHours ?? Infinity) * 3600) return 'deviceHours';
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
