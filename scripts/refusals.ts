import { ApplicationFailure } from '@temporalio/common';
import { CommandProblem } from './run-command.ts';

/** Runs a stage in this process; what it refuses is for a person to put right, not a bug of ours. */
export async function refusals<T>(stage: () => Promise<T>): Promise<T> {
  try {
    return await stage();
  } catch (error) {
    if (error instanceof ApplicationFailure) throw new CommandProblem(error.message);
    throw error;
  }
}
