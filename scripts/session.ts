import { climbHome, repositoryRoot } from '../adapters/home.ts';
import { findTemporalCli, type TemporalCli } from '../adapters/temporal-cli.mjs';
import { connectionSettings, type ConnectionSettings } from '../adapters/temporal-connection.ts';
import { ensureServer, environmentFor, type TemporalServer } from '../adapters/temporal-server.ts';
import { CommandProblem } from './run-command.ts';
import { startWorker } from './worker-process.ts';

export type Session = {
  server: TemporalServer;
  cli: TemporalCli;
  settings: ConnectionSettings;
  /** For the Temporal CLI: points it at this session's server. */
  env: NodeJS.ProcessEnv;
  home: string;
};

/** The shell's convention for a command ended by Ctrl-C. */
const INTERRUPTED = 130;

/**
 * A server and a worker around `body`, put away in that order's reverse however it ends: done, failed, interrupted, or
 * one of them dead.
 * @returns the exit code: the body's, or 130 when a person interrupted it
 */
export async function inSession(body: (session: Session) => Promise<number>): Promise<number> {
  const interrupted = interruption();
  const home = climbHome();
  const cli = findTemporalCli(repositoryRoot, process.env);
  if (!cli)
    throw new CommandProblem(
      'there is no Temporal CLI to start a search with. Try: `node scripts/setup.mjs`, which brings one.',
    );
  const server = await ensureServer({ home });
  try {
    const env = environmentFor(server, process.env);
    const worker = startWorker(home, env);
    try {
      return await Promise.race([
        body({ server, cli, settings: connectionSettings(home, env), env, home }),
        worker.died,
        server.died,
        interrupted,
      ]);
    } finally {
      await worker.stop();
    }
  } finally {
    await server.stop();
  }
}

/** Resolves at the first Ctrl-C, termination or closed terminal; a second one ends this process at once. */
function interruption(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        console.error(
          `\nclimb: stopping on ${signal}; a running search waits on this machine and goes on with the next start`,
        );
        resolve(INTERRUPTED);
      });
    }
  });
}
