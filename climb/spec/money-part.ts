import * as z from 'zod/mini';

const amount = (description: string) => z.number().check(z.positive(), z.maximum(1e12), z.describe(description));

/** `budget.money`, and what a message changes of it. */
export const moneyFields = {
  limit: amount('money in all, in the currency of perDeviceHour'),
  perDeviceHour: amount('what an hour of one core or one device costs'),
};

export const moneyPart = z.optional(
  z.strictObject({
    ...moneyFields,
    currency: z.optional(z.string().check(z.minLength(1), z.maxLength(8), z.describe('such as EUR; shown, no more'))),
  }),
);
