import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Trainer, TrainerCommand, TrainerEvent, TrainerFailure } from '../adapters/trainer.ts';
import { beating } from './beating.ts';

/** An internal fault of the trainer is tried this often: it may be the machine's, but hardly the third time. */
const attemptsAtInternalFaults = 3;

/** Runs a trainer under a heartbeat that shows its progress, and says to Temporal which failures are worth a retry. */
export async function runTrainer(
  trainer: Trainer,
  command: TrainerCommand,
  spec: object,
  out: string,
  onEvent: (event: TrainerEvent) => void = () => {},
): Promise<void> {
  try {
    await beating((beat, signal) =>
      trainer.run(command, spec, out, {
        signal,
        onEvent: (event) => {
          if (event.event === 'progress') beat(event);
          onEvent(event);
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TrainerFailure') throw error;
    const { kind, permanent, message } = error as TrainerFailure;
    const hopeless = kind === 'internal' && Context.current().info.attempt >= attemptsAtInternalFaults;
    throw ApplicationFailure.create({ message, type: kind, nonRetryable: permanent || hopeless });
  }
}
