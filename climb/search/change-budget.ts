import type { Message } from '../spec/messages.ts';
import { setMoney } from './budget.ts';
import { note, type SearchState } from './search-state.ts';

/** Applies a change of the budget; of several, the last in history wins, field by field. */
export function changeBudget(state: SearchState, message: Message<'setBudget'>, now: number): void {
  const { account } = state;
  const { iterations, reason, money, ...fields } = message;
  const changed = definedOf(fields);
  account.budget = { ...account.budget, ...changed };
  if (money !== undefined) setMoney(account, definedOf(money));
  if (iterations !== undefined) state.iterationLimit = iterations;
  const prices = Object.entries(money ?? {}).map(([field, value]) => [`money.${field}`, value]);
  const what = Object.entries(definedOf({ ...changed, ...Object.fromEntries(prices), iterations }));
  const change = `${what.map(([field, value]) => `${field} = ${value}`).join(', ')}${reason ? ` (${reason})` : ''}`;
  if (state.changes.at(-1)?.change !== change) note(state.changes, { at: now, change });
}

function definedOf<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
