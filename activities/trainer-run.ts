import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunFolders } from '../adapters/run-folders.ts';
import type { Trainer, TrainerCommand, TrainerFailure } from '../adapters/trainer.ts';
import { beating } from './beating.ts';

/**
 * Faults that may be the machine's are tried this often (a lost worker counts as an attempt too). After that the proxy
 * has failed, and a person sees it: one that is retried for ever looks like one that is running.
 */
const attemptsAt: Partial<Record<TrainerFailure['kind'], number>> = {
  internal: 3,
  outOfMemory: 3,
  stalled: 5,
  killed: 30,
};

/**
 * Runs a trainer under a heartbeat that shows its progress, and says to Temporal which failures are worth a retry.
 * @returns seconds that it occupied its core or device, in this attempt
 */
export async function runTrainer(
  trainer: Trainer,
  command: TrainerCommand,
  spec: object,
  out: string,
): Promise<number> {
  const began = performance.now();
  try {
    await beating((beat, signal) =>
      trainer.run(command, spec, out, {
        signal,
        onEvent: (event) => {
          if (event.event === 'progress' || event.event === 'waiting') beat(event);
        },
      }),
    );
    return (performance.now() - began) / 1000;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TrainerFailure') throw error;
    const { kind, permanent, message } = error as TrainerFailure;
    const hopeless = Context.current().info.attempt >= (attemptsAt[kind] ?? Infinity);
    throw ApplicationFailure.create({ message, type: kind, nonRetryable: permanent || hopeless });
  }
}

/** Does `work` when it is this activity's turn under `key`; it heartbeats while it waits. */
export async function inTurn<T>(runs: RunFolders, key: string, work: () => Promise<T>): Promise<T> {
  const release = await beating((_, signal) => runs.acquire(key, signal));
  try {
    return await work();
  } finally {
    release();
  }
}
