/** What a budget allows, as far as a history shows it; `deadline` in milliseconds since 1970. */
export type Limits = {
  readonly proxies: number;
  readonly trainTokens: number;
  readonly concurrency: number;
  readonly deadline: number;
};

type Fields = { readonly [field: string]: unknown };

const none: Limits = { proxies: Infinity, trainTokens: Infinity, concurrency: Infinity, deadline: Infinity };
const counts = ['proxies', 'trainTokens', 'concurrency', 'iterations'];

export const limitsOf = (budget: Fields): Limits => ({ ...none, ...among(budget) });

/** What a message changed: one with a field that can't be is refused as a whole. */
export function changedBy(message: string, payload: unknown): Partial<Limits> {
  if (message !== 'setBudget' || typeof payload !== 'object' || payload === null) return {};
  const { reason: _reason, money: _money, ...fields } = payload as Fields;
  const good = Object.entries(fields).every(([field, value]) => {
    if (field === 'deadline') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    if (field === 'deviceHours') return typeof value === 'number' && value > 0;
    return counts.includes(field) && Number.isSafeInteger(value) && (value as number) > 0;
  });
  return good ? among(fields) : {};
}

function among(fields: Fields): Partial<Limits> {
  const numbers = (['proxies', 'trainTokens', 'concurrency'] as const).filter((field) => fields[field] !== undefined);
  const { deadline } = fields;
  return {
    ...Object.fromEntries(numbers.map((field) => [field, fields[field]])),
    ...(typeof deadline === 'string' && { deadline: Date.parse(deadline) }),
  };
}
