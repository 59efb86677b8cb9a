import * as z from 'zod/mini';
import { parse } from '../schema-problems.ts';
import { gateField } from './gates.ts';
import { moneyFields } from './money-part.ts';
import { searchFileSchema } from './search-file.ts';
import { taskList, taskWeight } from './task-list.ts';

/** Messages to a running search: names, payloads and validators, shared by workflow, scripts and documentation. */

const { proxies, trainTokens, deviceHours, deadline } = searchFileSchema.shape.budget.shape;
const reason = z.optional(z.string().check(z.maxLength(1000)));
const name = z.string().check(z.minLength(1), z.maxLength(4096));

const schemas = {
  setBudget: z
    .strictObject({
      proxies: z.optional(proxies),
      trainTokens,
      deviceHours,
      deadline,
      money: z.optional(
        z
          .strictObject({
            limit: z.optional(moneyFields.limit),
            perDeviceHour: z.optional(moneyFields.perDeviceHour),
          })
          .check(
            z.refine((fields) => Object.values(fields).some((value) => value !== undefined), {
              error: 'expected limit, perDeviceHour or both',
            }),
          ),
      ),
      concurrency: z.optional(z.int().check(z.minimum(1), z.maximum(2000))),
      iterations: z.optional(z.int().check(z.minimum(1), z.maximum(10_000))),
      reason,
    })
    .check(
      z.refine(({ reason: _, ...fields }) => Object.values(fields).some((value) => value !== undefined), {
        error:
          'expected at least one field to change: proxies, trainTokens, deviceHours, deadline, money, concurrency or iterations',
      }),
    ),
  pause: z.strictObject({ mode: z._default(z.enum(['drain', 'checkpoint']), 'drain'), reason }),
  resume: z.strictObject({ reason }),
  retryFailed: z.strictObject({
    proxies: z.optional(z.array(name).check(z.minLength(1), z.maxLength(2000))),
    reason,
  }),
  setTasks: z
    .strictObject({
      tasks: z.optional(taskList),
      weights: z.optional(z.record(name, taskWeight)),
      reason,
    })
    .check(
      z.refine(({ tasks, weights }) => (tasks === undefined) !== (weights === undefined), {
        error: 'expected either tasks, the whole list, or weights, new shares of tasks that are searched',
      }),
      z.refine(({ weights }) => weights === undefined || Object.keys(weights).length > 0, {
        error: 'expected at least one weight',
        path: ['weights'],
      }),
    ),
  approve: z.strictObject({ gate: z.optional(gateField), reason }),
  finishEarly: z.strictObject({ after: z._default(z.enum(['iteration', 'now']), 'iteration'), reason }),
};

export type MessageName = keyof typeof schemas;
export const messageNames = Object.keys(schemas) as MessageName[];
export const isMessage = (text: string): text is MessageName => Object.hasOwn(schemas, text);

/** What the UI and `temporal workflow metadata` show beside each message. */
export const messageHelp: { readonly [Name in MessageName]: string } = {
  setBudget:
    '{proxies?, trainTokens?, deviceHours?, deadline?, money?, concurrency?, iterations?, reason?}: changes the budget',
  pause:
    '{mode?: "drain" | "checkpoint", reason?}: no proxy starts; running ones finish, or stop at their next checkpoint',
  resume: '{reason?}: goes on; tries failed proxies again where the search needs attention',
  retryFailed: '{proxies?, reason?}: tries proxies again that failed for good, by default all of the batch under way',
  setTasks: '{tasks} or {weights}, reason?: searches for other tasks; finished proxies are scored again, not trained',
  approve: '{gate?, reason?}: opens a gate, by default the one that the search waits at or comes to next',
  finishEarly: '{after?: "iteration" | "now", reason?}: ends with what is known',
};

/** Questions that change nothing and leave no trace. */
export const queryHelp = {
  status: 'phase, proxies, best so far, time left',
  leaderboard: 'the best mixtures so far, by objective',
  plan: 'what is still to be done, and its cost',
  budget: 'budget, use, and what follows from them',
};
export type QueryName = keyof typeof queryHelp;
export const queryNames = Object.keys(queryHelp) as QueryName[];

/** What whoever sends a message is told that no search knows. */
export function unknownMessage(name: string): string {
  const quoted = name.slice(0, 100);
  const query = Object.hasOwn(queryHelp, name) ? `; "${quoted}" is a query` : '';
  return `a search has no message "${quoted}": it takes ${messageNames.join(', ')}${query}`;
}

export type Message<Name extends MessageName> = z.output<(typeof schemas)[Name]>;

/**
 * A payload checked and completed. No payload counts as `{}`.
 * @throws InvalidInput with every problem.
 */
export function parseMessage<Name extends MessageName>(name: Name, payload: unknown): Message<Name> {
  return parse(schemas[name], payload ?? {}, `the message ${name}`) as Message<Name>;
}
