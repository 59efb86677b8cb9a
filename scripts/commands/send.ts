import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { Command } from 'commander';
import { climbHome } from '../../adapters/home.ts';
import { connectClient, connectionSettings } from '../../adapters/temporal-connection.ts';
import { jsonTextProblems } from '../../climb/json-text.ts';
import { InvalidInput } from '../../climb/problem.ts';
import { isMessage, parseMessage, unknownMessage } from '../../climb/spec/messages.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

/** `climb send ID MESSAGE [JSON]`: what is wrong with a message is said before it is sent, all of it at once. */
export const sendCommand = new Command('send')
  .description('send a message to a running search and print its answer (docs/steering.md)')
  .argument('<id>', 'the search: its workflow id')
  .argument('<message>', 'such as setBudget')
  .argument('[payload]', 'one JSON object', '{}')
  .action((id: string, message: string, payload: string) => runCommand(() => send(id, message, payload)));

async function send(id: string, name: string, text: string): Promise<number> {
  if (!isMessage(name)) throw new CommandProblem(unknownMessage(name));
  const payload = parsed(text);
  parseMessage(name, payload);
  const client = await connectClient(connectionSettings(climbHome()));
  try {
    const answer: unknown = await client.workflow.getHandle(id).executeUpdate(name, { args: [payload] });
    console.log(JSON.stringify(answer, null, 2));
    return 0;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new CommandProblem(String(error.cause?.message));
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CommandProblem(
      `no search "${id}" is running on this server, so nobody was told. Try: \`temporal workflow list\` for those that are`,
    );
  } finally {
    await client.connection.close();
  }
}

/** Refused here, since Temporal's own CLI would send it, and a search see the last of two equal keys alone. */
function parsed(text: string): unknown {
  const payload = jsonOf(text);
  const problems = jsonTextProblems(text);
  if (problems.length > 0) throw new InvalidInput('the payload', problems);
  return payload;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandProblem(
      `the payload isn't JSON (${(error as Error).message}), got ${text}. Try: single quotes around it, as in '{"proxies": 200}'`,
    );
  }
}
