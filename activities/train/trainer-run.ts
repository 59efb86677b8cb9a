import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { halved, type MemoryCut } from '../../climb/search/memory-cut.ts';
import type { RunFolders } from '../../adapters/run-folders.ts';
import type { Trainer, TrainerCommand, TrainerEvent, TrainerFailure } from '../../adapters/trainer.ts';
import { beating } from '../beating.ts';

/**
 * Faults that may be the machine's are tried this often (a lost worker counts as an attempt too), and what to try then.
 * After that the proxy has failed, and a person sees it: one that is retried for ever looks like one that is running.
 */
const patience: Partial<Record<TrainerFailure['kind'], { attempts: number; then: string }>> = {
  internal: { attempts: 3, then: 'mend the trainer' },
  outOfMemory: {
    attempts: 3,
    then: 'no smaller part of the work is left to try; use a smaller proxy or context, or fewer CLIMB_TRAIN_SLOTS',
  },
  stalled: { attempts: 5, then: "raise the trainer profile's stallSeconds if it is only slow" },
  deviceLost: { attempts: 20, then: 'no worker that was tried has the device; see that one does, then resume' },
  killed: { attempts: 30, then: "see in the machine's log who kills it" },
};

/**
 * Runs a trainer under a heartbeat that shows its progress, and says to Temporal which failures are worth a retry.
 */
export async function runTrainer(trainer: Trainer, command: TrainerCommand, spec: object, out: string): Promise<void> {
  try {
    await beatingRun(trainer, command, spec, out);
  } catch (error) {
    throw isTrainerFailure(error) ? verdictOn(error) : error;
  }
}

/** Work that a trainer can do in smaller parts. */
export type CuttableWork = {
  readonly command: TrainerCommand;
  /** Its folder; how far the work was cut is kept there, for attempts on any worker. */
  readonly run: string;
  readonly specFor: (cut: MemoryCut) => object;
  /** All of it at once: what a trainer uses that doesn't say what it uses. */
  readonly whole: MemoryCut;
};

/**
 * As `runTrainer`; where memory ran out, the next attempt does half as much at once.
 * @returns seconds that it occupied its core or device, over all attempts; one that fails or is called off says them as
 * the details of its failure
 */
export async function runCuttable(
  runs: RunFolders,
  trainer: Trainer,
  { command, run, specFor, whole }: CuttableWork,
): Promise<number> {
  const cut = (await runs.readCut(run)) ?? {};
  let { microBatch } = cut;
  const look = ({ event, size }: TrainerEvent) => {
    if (event === 'microBatch' && typeof size === 'number') microBatch = size;
  };
  const clock = await runs.clock(run, activityNow());
  try {
    await beatingRun(trainer, command, specFor(cut), runs.path(run), look);
    return clock.seconds();
  } catch (error) {
    const seconds = clock.seconds();
    if (error instanceof CancelledFailure) throw new CancelledFailure(error.message, [seconds], error);
    if (!isTrainerFailure(error)) throw error;
    if (error.kind !== 'outOfMemory') throw verdictOn(error, { seconds });
    const ensemble = cut.ensemble ?? whole.ensemble ?? 1;
    const used = { ensemble, microBatch: microBatch ?? (ensemble === 1 ? whole.microBatch : undefined) };
    const next = halved(used);
    const verdict = verdictOn(error, { seconds, ...(next && { next }) });
    await runs.keepCut(run, verdict.nonRetryable ? undefined : (next ?? cut));
    throw verdict;
  } finally {
    await clock.stop();
  }
}

/** The same for every attempt at one activity, and for no other. */
export function activityNow(): string {
  const { workflowExecution, activityId, scheduledTimestampMs } = Context.current().info;
  return [workflowExecution?.workflowId, workflowExecution?.runId, activityId, scheduledTimestampMs].join(' ');
}

/**
 * Whether an entry of the ledger is what an earlier attempt at this activity made: then this search paid for it.
 * @param by the activity that made it; absent where an earlier version wrote the entry, and every later attempt counts
 */
export function isOurs({ by }: { readonly by?: string }): boolean {
  return by === undefined ? Context.current().info.attempt > 1 : by === activityNow();
}

function beatingRun(
  trainer: Trainer,
  command: TrainerCommand,
  spec: object,
  out: string,
  look?: (event: TrainerEvent) => void,
): Promise<void> {
  return beating((beat, signal) =>
    trainer.run(command, spec, out, {
      signal,
      onEvent: (event) => {
        if (event.event === 'progress' || event.event === 'waiting') beat(event);
        look?.(event);
      },
    }),
  );
}

const isTrainerFailure = (error: unknown): error is TrainerFailure =>
  error instanceof Error && error.name === 'TrainerFailure';

/** What Temporal is told of a failure; `next` is a way that wasn't tried yet, `seconds` what all attempts took. */
function verdictOn(
  { kind, permanent, message }: TrainerFailure,
  { next, seconds }: { readonly next?: MemoryCut; readonly seconds?: number } = {},
): ApplicationFailure {
  const details = seconds === undefined ? [] : [seconds];
  const { attempt } = Context.current().info;
  const limit = patience[kind];
  if (next !== undefined) {
    const text = `${message}; next with ${JSON.stringify(next)}`;
    return ApplicationFailure.create({ message: text, type: kind, nonRetryable: false, details });
  }
  const givenUp = limit !== undefined && attempt >= limit.attempts;
  const text = givenUp ? `given up at attempt ${attempt} (${limit.then}): ${message}` : message;
  return ApplicationFailure.create({ message: text, type: kind, nonRetryable: permanent || givenUp, details });
}

/**
 * Does `work` when it is this activity's turn under every key; it heartbeats while it waits. Keys are taken in the same
 * order by all, so that two groups with members in common wait for each other and not both.
 */
export async function inTurn<T>(runs: RunFolders, keys: readonly string[], work: () => Promise<T>): Promise<T> {
  const held: (() => void)[] = [];
  try {
    await beating(async (_, signal) => {
      for (const key of [...new Set(keys)].sort()) held.push(await runs.acquire(key, signal));
    });
    return await work();
  } finally {
    for (const release of held) release();
  }
}
