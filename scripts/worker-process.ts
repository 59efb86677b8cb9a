import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../adapters/home.ts';
import { CommandProblem } from './run-command.ts';

/** Long enough for the trainer to write its checkpoint. */
const STOP_GRACE_MS = 30_000;

export type WorkerProcess = {
  pid: number;
  /** Rejects when the worker ends before it is asked to; never resolves. */
  died: Promise<never>;
  stop: () => Promise<void>;
};

/**
 * A worker as a child process, logging to `<home>/worker.log`. Its standard input is a pipe that we hold: the worker
 * leaves when it closes, so that a kill -9 of this process takes the worker with it.
 */
export function startWorker(home: string, env: NodeJS.ProcessEnv): WorkerProcess {
  mkdirSync(home, { recursive: true });
  const logPath = join(home, 'worker.log');
  const log = openSync(logPath, 'a');
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    cwd: repositoryRoot,
    env: { ...env, CLIMB_HOME: home, CLIMB_LIFE_LINE: 'stdin' },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined); // it is already gone: `exit` tells
  const exited = once(child, 'exit');
  let stopping = false;

  const died = exited.then(([code, signal]): Promise<never> => {
    if (stopping) return new Promise(() => undefined);
    const tail = readFileSync(logPath, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-10)
      .map((line) => `  ${line}`)
      .join('\n');
    throw new CommandProblem(
      `the worker ended (${signal ?? `exit code ${code}`}), and without one no search goes on. The end of ${logPath}:\n${tail}\n` +
        'Try: `npm run climb -- doctor`, then the same command again; finished proxies are kept.',
    );
  });
  died.catch(() => undefined); // whoever races it handles it

  return {
    pid: child.pid as number,
    died,
    async stop() {
      stopping = true;
      child.stdin?.end();
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      if (child.exitCode === null && child.signalCode === null) await exited;
      clearTimeout(impatience);
    },
  };
}
