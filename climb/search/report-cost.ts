import { cell, number } from '../markdown.ts';
import type { RecipeRun } from './recipe.ts';

/** What the search cost, and what people changed on the way. */
export function costSection({ proxies, charged, budget, money, ...run }: RecipeRun): string {
  return [
    '## Cost',
    [
      `- Proxies: ${charged.proxies} of a budget of ${budget.proxies}, of which ${proxies.fromLedger} were known to the ledger and cost nothing; ${proxies.diverged} diverged, ${proxies.failed} failed`,
      `- Training: ${number(charged.trainTokens)} tokens counted, ${(charged.deviceSeconds / 3600).toFixed(3)} device hours spent`,
      ...moneyLine(money, budget.money),
      `- From ${run.startedAt} to ${run.finishedAt}`,
      ...run.budgetChanges.map(({ at, change }) => `- Budget changed ${date(at)}: ${cell(change)}`),
      ...(run.taskChanges ?? []).map(
        ({ at, iteration, change }) =>
          `- Searched tasks changed ${date(at)}, after iteration ${iteration}: ${cell(change)}`,
      ),
    ].join('\n'),
  ].join('\n\n');
}

const date = (at: number) => new Date(at).toISOString();

function moneyLine(spent: number | undefined, money: RecipeRun['budget']['money']): string[] {
  if (spent === undefined || money === undefined) return [];
  const currency = money.currency === undefined ? '' : ` ${cell(money.currency)}`;
  return [`- Money: ${spent.toFixed(2)} of ${money.limit}${currency}, at ${money.perDeviceHour} a device hour now`];
}
