import * as z from 'zod/mini';

/**
 * The part `objective` of the search file: how the losses of the tasks become one number, and what no recipe may cost.
 * Every metric is turned so that lower is better before anything else happens: bits per byte as they are, accuracies as
 * error rates (climb/verification/objective.ts).
 */

const loss = z
  .number()
  .check(
    z.minimum(0),
    z.maximum(1000),
    z.describe("by how much a task's loss may exceed that of the proportional mixture, in the task's own unit"),
  );

export const objectivePart = z.optional(
  z.strictObject({
    scale: z._default(
      z
        .enum(['none', 'z-score'])
        .check(
          z.describe(
            'z-score: the loss of each searched task is divided by its standard deviation over the trained proxies, so that tasks of different scale count by their weights alone; only then may their metrics differ',
          ),
        ),
      'none',
    ),
    guards: z.optional(
      z.strictObject({
        maxLoss: z.optional(loss),
        tasks: z.optional(
          z
            .record(z.string(), loss)
            .check(z.describe('limits of single tasks by the name under which the report shows them, such as "piqa"')),
        ),
      }),
    ),
  }),
);
