import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunFolders } from '../adapters/run-folders.ts';
import type { Trainer, TrainerCommand, TrainerFailure } from '../adapters/trainer.ts';
import { beating } from './beating.ts';

/** An internal fault of the trainer is tried this often: it may be the machine's, but hardly the third time. */
const attemptsAtInternalFaults = 3;

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
    const hopeless = kind === 'internal' && Context.current().info.attempt >= attemptsAtInternalFaults;
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
