import { Command } from 'commander';
import { climbHome } from '../../adapters/home.ts';
import { connectClient, connectionSettings } from '../../adapters/temporal-connection.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { failureReason, formatOutcome } from '../outcome.ts';
import { followProgress } from '../progress.ts';
import { CommandProblem, namingSearch, runCommand } from '../run-command.ts';

/** `climb watch ID`: a search's progress until it closes, then its recipe. */
export const watchCommand = new Command('watch')
  .description('show the progress of a search until it closes, then its recipe')
  .argument('<id>', 'the search: its workflow id')
  .action((id: string) => runCommand(() => watch(id)));

async function watch(id: string): Promise<number> {
  const client = await connectClient(connectionSettings(climbHome()));
  try {
    const handle = client.workflow.getHandle(id);
    await namingSearch(id, () => handle.describe());
    console.log(`\n${formatOutcome(await followProgress<SearchResult>(handle, process.stdout))}`);
    return 0;
  } catch (error) {
    const reason = failureReason(error);
    if (reason === null) throw error;
    throw new CommandProblem(`the search "${id}" failed: ${reason}`);
  } finally {
    await client.connection.close();
  }
}
