import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { parse } from '../../climb/schema-problems.ts';

const events = z.int().check(z.minimum(1));

/** What happens to one search, and when. A fault point strikes once, whichever process passes it first. */
const faultSchema = z.union([
  /** `place:kind:count` of adapters/fault-points.ts, or of climb_trainer/faults.py. */
  z.strictObject({ at: z.literal('worker point'), fault: z.string() }),
  z.strictObject({ at: z.literal('trainer point'), fault: z.string() }),
  /** Once the search has so many events, over all of its runs; a `resume` comes at the latest some time after its pause. */
  z.strictObject({
    at: z.literal('history'),
    events,
    do: z.enum([
      'kill worker',
      'stop worker',
      'freeze worker',
      'kill trainer',
      'freeze trainer',
      'kill server',
      'kill everything',
    ]),
  }),
  z.strictObject({
    at: z.literal('history'),
    events,
    do: z.literal('tell'),
    message: z.string(),
    payload: z.record(z.string(), z.unknown()),
  }),
]);

const planSchema = z.strictObject({
  name: z.string().check(z.regex(/^[a-z0-9-]+$/)),
  trainer: z.enum(['fake', 'real']),
  /** Events after which a search continues as new; absent: it doesn't. */
  maxHistory: z.optional(events),
  faults: z.array(faultSchema),
});

export type Fault = z.output<typeof faultSchema>;
export type Plan = z.output<typeof planSchema>;
export type HistoryFault = Extract<Fault, { at: 'history' }>;

/** @throws InvalidInput */
export async function readPlan(path: string): Promise<Plan> {
  return parse(planSchema, JSON.parse(await readFile(path, 'utf8')), `the plan ${path}`);
}

/** Whether it needs a server of its own, since others would suffer. */
export const strikesServer = ({ faults }: Plan) =>
  faults.some((fault) => fault.at === 'history' && ['kill server', 'kill everything'].includes(fault.do));
