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
