import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { TrainerFailure, type TrainerEvent } from './trainer.ts';

/** A program and its first arguments, which no shell reads, and further variables of its environment. */
export type Program = { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** Nothing else of the worker's environment reaches a trainer: tokens and keys stay where they are. */
const inheritedVariables = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
  'SYSTEMROOT',
];

/** Seconds between a polite end (checkpoint, exit 75) and SIGKILL of the whole process group. */
const graceSeconds = 20;

const stderrLines = 20;

/** How a process ended; the code is null where a signal ended it. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A trainer process: its stdin is the life line by which it ends with this one, its stdout are events. */
export class TrainerChild {
  /** Settles once all of its output was read. Rejects with a TrainerFailure when the program can't be started. */
  readonly exit: Promise<Exit>;
  /** Its pipes are sockets, which alone can be let go of by `unref`. */
  readonly #child: ChildProcessByStdio<Socket, Socket, Socket>;
  #hear: (event: TrainerEvent | undefined) => void = () => {};
  #complaints: string[] = [];

  constructor({ command, env }: Program, args: readonly string[]) {
    const [program, ...first] = command as [string, ...string[]];
    this.#child = spawn(program, [...first, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...pick(process.env, inheritedVariables), ...env },
    }) as ChildProcessByStdio<Socket, Socket, Socket>;
    this.exit = this.#watchExit(program);
    this.exit.catch(() => {}); // where nobody waits for it
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(asEvent(line)));
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#complaints.push(line);
      if (this.#complaints.length > stderrLines) this.#complaints.shift();
    });
    // A child that is gone before it read anything must not take the worker with it.
    this.#child.stdin.on('error', () => {});
  }

  /** The end of its log since `listen` was last called. */
  get complaints(): string {
    return this.#complaints.join('\n').slice(-1000);
  }

  /** Tells one listener of each line from now on: its event, or undefined for a line of log. */
  listen(hear: (event: TrainerEvent | undefined) => void): void {
    this.#hear = hear;
    this.#complaints = [];
  }

  /** Writes a line of JSON to its stdin. */
  send(request: object): void {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** Asks it to save its work and end; it is killed where it hasn't after the grace. */
  stop(): void {
    this.#signal('SIGTERM');
    this.#killLater();
  }

  /** As `stop`, by closing its stdin: an idle one has nothing to save. */
  close(): void {
    this.#child.stdin.end();
    this.#killLater();
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  /** Whether this process goes on as long as the child does. */
  holdOpen(open: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const handle of [this.#child, stdin, stdout, stderr]) {
      if (open) handle.ref();
      else handle.unref();
    }
  }

  #killLater(): void {
    setTimeout(() => this.kill(), graceSeconds * 1000).unref();
  }

  #watchExit(program: string): Promise<Exit> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', (error) =>
        reject(
          new TrainerFailure(
            'missing',
            `the trainer ${program} can't be started (${error.message}); no proxy can be trained; check the worker's trainer profile`,
          ),
        ),
      );
      // A helper that outlives its leader would hold the pipes open, and `close` would never come.
      this.#child.once('exit', () => this.#signalGroup('SIGKILL'));
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#signalGroup(signal);
  }

  /** The trainer leads its own process group, so that helpers of its own go with it. */
  #signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch (error) {
      // Gone already, or (macOS) dead and not yet buried.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function asEvent(line: string): TrainerEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value ? (value as TrainerEvent) : undefined;
  } catch {
    return undefined;
  }
}

function pick(variables: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])));
}
