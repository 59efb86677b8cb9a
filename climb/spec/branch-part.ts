import * as z from 'zod/mini';
import { count, text } from './fields.ts';

/**
 * The part `branchFrom` of the search file: the search goes on from an iteration of another. Iterations count from the
 * beginning of the line: after iteration 2 of its parent a branch begins with iteration 3.
 */
export const branchPart = z.optional(
  z
    .strictObject({
      search: text('the search to go on from, by its workflow id'),
      iteration: z.optional(
        count(
          0,
          10_000,
          'after which of its iterations; 0: after its corpus, before the first batch; by default the last that is kept',
        ),
      ),
    })
    .check(
      z.describe(
        'an iteration of another search to go on from; what this file leaves out is as it is there, corpus, embedding, clusters, proxy and target always are',
      ),
    ),
);
