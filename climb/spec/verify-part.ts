import * as z from 'zod/mini';
import { count, part, shapeField, trainingTokens } from './fields.ts';

/** The part `verify` of the search file. */

export const verifyPart = part({
  candidates: z._default(count(1, 16, 'best mixtures to train again with fresh seeds'), 2),
  seeds: z._default(count(2, 32, 'fresh seeds for every candidate and baseline'), 2),
  baselines: z._default(z.array(z.enum(['uniform', 'proportional'])).check(z.minLength(1)), [
    'uniform',
    'proportional',
  ]),
  ladder: z.optional(
    z
      .array(
        z.strictObject({
          ...shapeField,
          heads: z.optional(shapeField.heads),
          tokens: z.optional(trainingTokens('training tokens a proxy; by default in proportion to the parameters')),
        }),
      )
      .check(
        z.minLength(1),
        z.maxLength(8),
        z.describe(
          'larger proxies on which all arms are trained again after verification: does what the small ones say hold?',
        ),
      ),
  ),
});
