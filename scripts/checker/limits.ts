/** What a budget allows, as far as a history shows it; `deadline` in milliseconds since 1970. */
export type Limits = {
  readonly proxies: number;
  readonly trainTokens: number;
  readonly concurrency: number;
  readonly deadline: number;
};

type Fields = { readonly [field: string]: unknown };

const none: Limits = { proxies: Infinity, trainTokens: Infinity, concurrency: Infinity, deadline: Infinity };
/** The most that each may be. */
const counts: { readonly [field: string]: number } = {
  proxies: 100_000,
  trainTokens: Number.MAX_SAFE_INTEGER,
  concurrency: 2000,
  iterations: 10_000,
};

export const limitsOf = (budget: Fields): Limits => ({ ...none, ...among(budget) });

/** What a message changed: one with a field that can't be is refused as a whole. */
export function changedBy(message: string, payload: unknown): Partial<Limits> {
  if (message !== 'setBudget' || !isFields(payload)) return {};
  const { reason = '', ...fields } = payload;
  const good = Object.entries(fields).every(([field, value]) => {
    if (field === 'deadline') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    if (field === 'deviceHours') return typeof value === 'number' && value > 0;
    if (field === 'money') return isPrice(value);
    return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= (counts[field] ?? 0);
  });
  return good && typeof reason === 'string' && reason.length <= 1000 ? among(fields) : {};
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A limit, a price of an hour, or both. */
function isPrice(value: unknown): boolean {
  if (!isFields(value)) return false;
  const entries = Object.entries(value);
  const good = ([field, amount]: [string, unknown]) =>
    ['limit', 'perDeviceHour'].includes(field) && typeof amount === 'number' && amount > 0 && amount <= 1e12;
  return entries.length > 0 && entries.every(good);
}

function among(fields: Fields): Partial<Limits> {
  const numbers = (['proxies', 'trainTokens', 'concurrency'] as const).filter((field) => fields[field] !== undefined);
  const { deadline } = fields;
  return {
    ...Object.fromEntries(numbers.map((field) => [field, fields[field]])),
    ...(typeof deadline === 'string' && { deadline: Date.parse(deadline) }),
  };
}
