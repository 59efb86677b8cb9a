import * as z from 'zod/mini';
import { count, part, share } from './fields.ts';

/** The parts `search` and `constraints` of the search file. */

export const searchPart = part({
  preset: z._default(z.enum(['default']), 'default'),
  first: z._default(count(2, 2000, 'mixtures of the first, space-filling batch'), 8),
  batch: z._default(count(1, 2000, 'mixtures an iteration afterwards'), 4),
  iterations: z.optional(count(1, 10_000, 'by default as many as the budget pays for')),
  candidates: z._default(count(100, 1_000_000, 'mixtures that the predictor ranks an iteration'), 8000),
});

export const constraintsPart = part({
  maxEpochs: z._default(
    z.number().check(z.positive(), z.maximum(1000), z.describe('no cluster is repeated more often than this')),
    4,
  ),
  bounds: z._default(
    z.record(
      z.string(),
      z.strictObject({ lower: z.optional(share('least weight')), upper: z.optional(share('greatest weight')) }),
    ),
    {},
  ),
});
