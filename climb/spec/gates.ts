import * as z from 'zod/mini';

/** Points at which a search can be made to wait for a person, in the order in which it reaches them. */
export const gateNames = ['search', 'verify', 'ladder', 'report'] as const;
export type Gate = (typeof gateNames)[number];

export const gateField = z.enum(gateNames);

/** The part `gates` of the search file. */
export const gatesPart = z.optional(
  z
    .array(gateField)
    .check(
      z.maxLength(gateNames.length),
      z.describe(
        'where the search waits for the message approve: search (before the first proxy), verify, ladder (and fewer tokens), report',
      ),
    ),
);
