import * as z from 'zod/mini';
import { parse } from '../schema-problems.ts';
import { searchFileSchema } from './search-file.ts';

/** Messages to a running search: names, payloads and validators, shared by workflow, scripts and documentation. */

const { proxies, trainTokens, deviceHours, deadline } = searchFileSchema.shape.budget.shape;
const reason = z.optional(z.string().check(z.maxLength(1000)));

const schemas = {
  setBudget: z
    .strictObject({
      proxies: z.optional(proxies),
      trainTokens,
      deviceHours,
      deadline,
      concurrency: z.optional(z.int().check(z.minimum(1), z.maximum(2000))),
      iterations: z.optional(z.int().check(z.minimum(1), z.maximum(10_000))),
      reason,
    })
    .check(
      z.refine(({ reason: _, ...fields }) => Object.values(fields).some((value) => value !== undefined), {
        error:
          'expected at least one field to change: proxies, trainTokens, deviceHours, deadline, concurrency or iterations',
      }),
    ),
  pause: z.strictObject({ mode: z._default(z.enum(['drain']), 'drain'), reason }),
  resume: z.strictObject({ reason }),
  finishEarly: z.strictObject({ after: z._default(z.enum(['iteration', 'now']), 'iteration'), reason }),
};

export type MessageName = keyof typeof schemas;

/** What the UI and `temporal workflow metadata` show beside each message. */
export const messageHelp: { readonly [Name in MessageName]: string } = {
  setBudget:
    '{proxies?, trainTokens?, deviceHours?, deadline?, concurrency?, iterations?, reason?}: changes the budget',
  pause: '{mode?: "drain", reason?}: running proxies finish, none starts',
  resume: '{reason?}: goes on; tries failed proxies again where the search needs attention',
  finishEarly: '{after?: "iteration" | "now", reason?}: ends with what is known',
};

export type Message<Name extends MessageName> = z.output<(typeof schemas)[Name]>;
/** A message as it is sent: what has a default may be left out. */
export type MessageInput<Name extends MessageName> = z.input<(typeof schemas)[Name]>;

/**
 * A payload checked and completed. No payload counts as `{}`.
 * @throws InvalidInput with every problem.
 */
export function parseMessage<Name extends MessageName>(name: Name, payload: unknown): Message<Name> {
  return parse(schemas[name], payload ?? {}, `the message ${name}`) as Message<Name>;
}
