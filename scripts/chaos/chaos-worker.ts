import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../adapters/home.ts';
import { CommandLines } from '../checker/command-lines.ts';
import { processesWith } from '../checker/processes.ts';

/** Longer than a worker's heartbeat timeout: another has taken over by then. */
const frozenFor = 6_000;
const stopGrace = 40_000;

/** What stands in the environment of every process of a plan, and of no other: names of plans begin like others. */
export const markOf = (home: string) => `${home}/`;

/** The workers of one plan: as many as it takes, each started again when it is gone. */
export class ChaosWorkers {
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  #workers: ChildProcess[] = [];
  /** Since when a worker stands still. */
  readonly #frozen = new Map<ChildProcess, number>();
  readonly #commandLines: CommandLines;
  started = 0;
  /** When one was killed last, in milliseconds since 1970: nobody could clear away what it wrote then. */
  killed = -Infinity;

  constructor(home: string, env: NodeJS.ProcessEnv) {
    this.#home = home;
    this.#env = env;
    this.#commandLines = new CommandLines(markOf(home));
  }

  /** Command lines of these workers and of what they started, as far as they were seen when they were tended. */
  get commandLines(): string[] {
    return this.#commandLines.found;
  }

  /** One at least that runs; those that were frozen go on after a while. */
  tend(): void {
    this.#commandLines.look();
    this.#workers = this.#workers.filter(isRunning);
    for (const worker of this.#workers) {
      if (!standsStill(worker)) continue;
      const since = this.#frozen.get(worker) ?? performance.now();
      this.#frozen.set(worker, since);
      if (performance.now() - since < frozenFor) continue;
      worker.kill('SIGCONT');
      this.#frozen.delete(worker);
    }
    if (this.#workers.every((worker) => this.#frozen.has(worker))) this.#start();
  }

  /** @returns whether there was one */
  signal(name: NodeJS.Signals): boolean {
    return this.#workers.map((worker) => worker.kill(name)).some(Boolean);
  }

  /** To one trainer of these workers. @returns whether there was one */
  async signalTrainer(name: NodeJS.Signals): Promise<boolean> {
    const own = new Set([process.pid, ...this.#workers.map(({ pid }) => pid)]);
    const trainer = (await processesWith(markOf(this.#home))).find(
      ({ pid, command }) => !own.has(pid) && /trainer/.test(command),
    );
    if (trainer === undefined) return false;
    try {
      process.kill(trainer.pid, name);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      return false;
    }
  }

  /** Ends all of them politely. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#workers.filter(isRunning).map(async (worker) => {
        const exited = once(worker, 'exit');
        worker.kill('SIGCONT');
        worker.kill('SIGTERM');
        const impatience = setTimeout(() => worker.kill('SIGKILL'), stopGrace);
        await exited;
        clearTimeout(impatience);
      }),
    );
  }

  #start(): void {
    const log = openSync(join(this.#home, 'worker.log'), 'a');
    const worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
      cwd: repositoryRoot,
      env: { ...this.#env, CLIMB_LIFE_LINE: 'stdin' },
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    worker.stdin?.on('error', () => undefined);
    worker.on('exit', (_, signal) => {
      if (signal === 'SIGKILL') this.killed = Date.now();
    });
    this.#workers.push(worker);
    this.started++;
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

function standsStill({ pid }: ChildProcess): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // gone meanwhile
  }
}
