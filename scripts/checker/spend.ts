import type { Invariant } from './evidence.ts';
import { happenings } from './history.ts';
import { followProxies, membersOf } from './proxies.ts';

type Limits = { proxies: number; trainTokens: number };

/** I2: nothing is begun that a budget has no room for, so that it is exceeded at most by what was in flight when it fell. */
export const withinBudget: Invariant = ({ runs }, recipe) => {
  const wrong: string[] = [];
  const { proxies, trainTokens = Infinity } = recipe.spec.budget;
  let limits: Limits = { proxies, trainTokens };
  const tokens = new Map<string, number>();
  followProxies(happenings(runs), (step, stands) => {
    if (step.kind === 'message') {
      limits = { ...limits, ...changed(step.name, step.payload) };
      return;
    }
    const { type, input } = step.activity;
    if (type !== 'trainProxies') return;
    const each = (input as { readonly proxy: { readonly tokens: number } }).proxy.tokens;
    if (step.kind !== 'scheduled') return;
    for (const { id } of membersOf(input)) tokens.set(id, each);
    const taken = [...stands].filter(([, stand]) => stand !== 'free').map(([id]) => id);
    const spent = taken.reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0);
    if (taken.length > limits.proxies) {
      wrong.push(`${step.activity.id} is begun as proxy ${taken.length} of ${limits.proxies}`);
    }
    if (spent > limits.trainTokens) {
      wrong.push(`${step.activity.id} is begun at ${spent} tokens of ${limits.trainTokens}`);
    }
  });
  return wrong;
};

/** What a message changed: one with a field that can't be is refused as a whole. */
function changed(name: string, payload: unknown): Partial<Limits> {
  if (name !== 'setBudget' || typeof payload !== 'object' || payload === null) return {};
  const { reason: _reason, deadline: _deadline, money: _money, ...numbers } = payload as Record<string, unknown>;
  const known = ['proxies', 'trainTokens', 'deviceHours', 'concurrency', 'iterations'];
  const good = Object.entries(numbers).every(
    ([field, value]) => known.includes(field) && typeof value === 'number' && value > 0,
  );
  if (!good) return {};
  const { proxies, trainTokens } = numbers as Partial<Limits>;
  return { ...(proxies !== undefined && { proxies }), ...(trainTokens !== undefined && { trainTokens }) };
}
