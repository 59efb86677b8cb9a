import * as z from 'zod/mini';
import { count, text } from './fields.ts';

/** The parts `tasks` and `report` of the search file. */

export const taskWeight = z
  .number()
  .check(z.positive(), z.maximum(1e6), z.describe('share of this task in the objective, any scale'));

const task = z.strictObject({
  name: text('a task of the evaluation library such as "piqa", or any name beside `path`'),
  split: z._default(z.enum(['validation', 'test']), 'validation'),
  path: z.optional(
    text(
      'your own items, .jsonl or .jsonl.gz below an allowed root: {query, choices, gold}, or {text}, or OLMES requests',
    ),
  ),
  metric: z._default(z.enum(['bitsPerByte', 'accuracy', 'accuracyNorm']), 'bitsPerByte'),
  weight: z._default(taskWeight, 1),
  items: z.optional(count(10, 1_000_000, 'use this many items, spread evenly over the task, instead of all')),
});

export const taskList = z.array(task).check(z.minLength(1), z.maxLength(64));
export const library = (...names: string[]) =>
  z.prefault(
    taskList,
    names.map((name) => ({ name })),
  );
