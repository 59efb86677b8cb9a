import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../adapters/home.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { environmentFor } from '../../adapters/temporal-server.ts';
import type { History } from '../checker/history.ts';
import { CommandProblem } from '../run-command.ts';

const mostBytes = 256 * 2 ** 20;

/** The history of each run of a search, the first one first, as the CLI shows it: the SDK's own JSON can't be replayed. */
export async function recordedRuns(address: string, search: string, firstRunId: string): Promise<History[]> {
  const cli = findTemporalCli(repositoryRoot, process.env);
  if (!cli) throw new CommandProblem('no Temporal CLI to read histories with; run `node scripts/setup.mjs`');
  const env = environmentFor({ address, uiAddress: null }, process.env);
  const runs: History[] = [];
  for (let runId: string | undefined = firstRunId; runId !== undefined; runId = successor(runs.at(-1))) {
    const args = ['workflow', 'show', '-w', search, '-r', runId, '-o', 'json'];
    const { stdout } = await promisify(execFile)(cli.path, args, { env, maxBuffer: mostBytes });
    runs.push(JSON.parse(stdout) as History);
  }
  return runs;
}

function successor(run: History | undefined): string | undefined {
  const last = run?.events.at(-1)?.['workflowExecutionContinuedAsNewEventAttributes'];
  return (last as { newExecutionRunId?: string } | undefined)?.newExecutionRunId;
}
