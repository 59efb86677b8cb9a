import * as z from 'zod/mini';
import { text } from './fields.ts';

/**
 * The part `search.warmStart` of the search file: what others measured, named so that the same file gives the same
 * recipe. The ledger alone never changes what is proposed.
 */
export const warmStartPart = z.optional(
  z
    .array(
      z.union([
        z.strictObject({
          search: text('an earlier search by its workflow id: its proxies count as known'),
          approximate: z._default(
            z.boolean().check(z.describe('also those whose mixtures the clusters of now can only tell approximately')),
            false,
          ),
        }),
        z.strictObject({
          path: text('a folder below an allowed root with the two CSV files of the format'),
          format: z
            .enum(['regmix', 'olmix'])
            .check(z.describe('regmix: *mixture*.csv and *loss*.csv; olmix: ratios.csv and metrics.csv')),
          tasks: z.optional(
            z
              .record(z.string(), z.string())
              .check(z.describe('column of losses → task of this search, where they are called differently')),
          ),
        }),
      ]),
    )
    .check(
      z.minLength(1),
      z.maxLength(64),
      z.describe('evidence to begin with, measured as this search measures: it costs no proxy of the budget'),
    ),
);
