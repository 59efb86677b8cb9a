/** `npm start`: the demo search, from nothing to a recipe, started as a user would: through the Temporal CLI. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../adapters/home.ts';
import { connectClient } from '../adapters/temporal-connection.ts';
import type { SearchResult } from '../climb/search/search-result.ts';
import { failureReason, formatOutcome } from './outcome.ts';
import { followProgress } from './progress.ts';
import { CommandProblem, runCommand } from './run-command.ts';
import { inSession, type Session } from './session.ts';

const SEARCH = 'quickstart';

await runCommand(() => inSession(demo));

async function demo({ server, cli, settings, env }: Session): Promise<number> {
  const client = await connectClient(settings);
  const page = server.uiAddress && `${server.uiAddress}/namespaces/${settings.namespace}/workflows/${SEARCH}`;
  try {
    await startSearch(cli.path, env);
    console.log(`climb: search "${SEARCH}" is running${page ? `; watch it at ${page}` : ''}`);
    const outcome = await followProgress<SearchResult>(client.workflow.getHandle(SEARCH), process.stdout);
    console.log(`\n${formatOutcome(outcome)}`);
    if (page) console.log(`\nTo look at its history: \`npm run dev\`, then ${page}`);
    return 0;
  } catch (error) {
    const reason = failureReason(error);
    if (reason === null) throw error;
    throw new CommandProblem(
      `the search failed: ${reason}\nTry: what that says, then \`npm start\` again; finished proxies are taken from the ledger.`,
    );
  } finally {
    await client.connection.close();
  }
}

/** Joins the search when it is running already (we were killed), and starts it again when it has ended: that takes seconds, from the ledger. */
async function startSearch(cli: string, env: NodeJS.ProcessEnv): Promise<void> {
  const file = join(repositoryRoot, 'examples/quickstart.json');
  const start = ['workflow', 'start', '-t', 'climb', '--type', 'climbSearch', '-w', SEARCH, '--input-file', file];
  await promisify(execFile)(cli, start, { env }).catch((error: Error & { stderr?: string }) => {
    throw new CommandProblem(
      `the Temporal CLI didn't start the search: ${error.stderr?.trim() || error.message}\nTry: \`npm run climb -- doctor\`.`,
    );
  });
}
