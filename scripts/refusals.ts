import { ApplicationFailure } from '@temporalio/common';
import { CommandProblem } from './run-command.ts';

/** An endpoint that gives no answer, or none that can be read: a worker would ask again by itself, a command doesn't. */
const unanswered = new Set(['EndpointUnavailable', 'UnreadableAnswer']);

/**
 * Runs a stage in this process; what it refuses is for a person to put right, not a bug of ours.
 * @param except types of failures that the caller has another use for
 */
export async function refusals<T>(stage: () => Promise<T>, except: readonly string[] = []): Promise<T> {
  try {
    return await stage();
  } catch (error) {
    if (error instanceof ApplicationFailure && except.includes(error.type ?? '')) throw error;
    if (!(error instanceof Error)) throw error;
    if (unanswered.has((error instanceof ApplicationFailure && error.type) || error.name)) {
      throw new CommandProblem(`${error.message}. What was done is kept. Try: the same command once it answers`);
    }
    throw error instanceof ApplicationFailure ? new CommandProblem(error.message) : error;
  }
}
