import type { SearchState } from './search-state.ts';

/**
 * Members of the next group of `proxies`: as few groups as they need, of even sizes, since a device is as long busy with
 * a few stragglers as with a whole group.
 * @param proxies one at least
 * @param most proxies that a device trains side by side
 */
export function groupSize(proxies: number, most: number): number {
  return Math.floor(proxies / Math.ceil(proxies / most));
}

/** How many of `proxies` alike train side by side, as far as a device and the concurrency of now allow. */
export function together({ opening, account }: Pick<SearchState, 'opening' | 'account'>, proxies: number): number {
  return groupSize(Math.max(1, proxies), groupSize(account.budget.concurrency, opening?.group ?? 1));
}

/** Ascending numbers for people: `1–8, 11`. */
export function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}
