import { WorkflowNotFoundError } from '@temporalio/client';
import { NoServer } from '../adapters/temporal-connection.ts';
import { InvalidInput } from '../climb/problem.ts';
import { visibleLines } from '../climb/visible.ts';

/** Something a person has to put right; the message says what happened, why it matters and what to try. */
export class CommandProblem extends Error {
  override name = 'CommandProblem';
}

const explained = [CommandProblem, NoServer, InvalidInput];

/**
 * Runs a command's body and ends the process with the exit code it returns. Errors that explain themselves are printed as
 * their message and exit 1; any other is a bug of ours, and keeps its stack.
 */
export async function runCommand(body: () => Promise<number>): Promise<never> {
  const code = await body().catch((error: unknown) => {
    console.error(
      explained.some((kind) => error instanceof kind) ? `climb: ${visibleLines((error as Error).message)}` : error,
    );
    return 1;
  });
  // Not by waiting for the event loop to empty: an interrupted command leaves requests behind that would hold it open.
  process.exit(code);
}

/** Names the search in Temporal's plain "workflow not found". */
export async function namingSearch<T>(id: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CommandProblem(
      `no search "${id}" on this server, so there is nothing to show. Try: \`temporal workflow list\` for those it has, ` +
        'or TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE for another server.',
    );
  }
}
