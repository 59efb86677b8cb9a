import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalJson } from '../climb/content-key.ts';
import { grew, oomKills } from './host-memory.ts';
import { publish } from './publish.ts';
import { failureKind, TrainerFailure, type Trainer, type TrainerEvent, type TrainerIdentity } from './trainer.ts';

/** A trainer as it is configured on a worker. A search names a profile and can't say what it runs. */
export type TrainerProfile = {
  /** Program and first arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly device: 'cpu' | 'cuda';
  readonly dtype: 'float32' | 'bfloat16';
  /** Proxies that the device trains side by side; by default 32 on a GPU whose trainer can, otherwise one. */
  readonly members?: number | undefined;
  readonly compile?: boolean | undefined;
  readonly cudaGraphs?: boolean | undefined;
  /** Further variables of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds without a line on stdout after which it counts as hung. */
  readonly stallSeconds: number;
};

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

/** Seconds between a polite SIGTERM (checkpoint, exit 75) and SIGKILL of the whole process group. */
const graceSeconds = 20;

const stderrLines = 20;

/** Every member diverged: that is a result, and it is written. */
const exitDiverged = 66;

/** A small model leaves most of a GPU idle; so many of the presets' models fit one with room to spare. */
const membersOnGpu = 32;

/** What a trainer says of itself: who it is, and what it can do beyond the first version of the contract. */
type Hello = TrainerIdentity & { readonly ensemble?: boolean };

/** A trainer that runs as a child of the worker and dies with it: its stdin is the life line. */
export class TrainerProcess implements Trainer {
  readonly identity: TrainerIdentity;
  readonly members: number;
  readonly #profile: TrainerProfile;
  readonly #readOomKills: typeof oomKills;

  private constructor(
    profile: TrainerProfile,
    readOomKills: typeof oomKills,
    { name, version, torch, ensemble = false }: Hello,
  ) {
    this.#profile = profile;
    this.#readOomKills = readOomKills;
    this.identity = { name, version, torch };
    this.members = profile.members ?? (ensemble && profile.device === 'cuda' ? membersOnGpu : 1);
    if (this.members > 1 && !ensemble) {
      throw new TrainerFailure(
        'missing',
        `a trainer profile has members ${this.members}, but ${name} ${version} doesn't say that it trains proxies side by side (\`ensemble\` of its version line): one after another in one run they would only be lost together; leave members out or use a trainer that can`,
      );
    }
  }

  /** @throws TrainerFailure when the profile's program can't be run, or can't do what the profile asks for. */
  static async open(profile: TrainerProfile, readOomKills = oomKills): Promise<TrainerProcess> {
    const events: TrainerEvent[] = [];
    await runChild(profile, readOomKills, ['version'], {
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    });
    const hello = events.find(({ event }) => event === 'version');
    if (hello === undefined) {
      throw new TrainerFailure(
        'missing',
        `${profile.command.join(' ')} version printed no version line; is it a trainer that keeps the contract in trainer/README.md?`,
      );
    }
    return new TrainerProcess(profile, readOomKills, hello as unknown as Hello);
  }

  get device() {
    return this.#profile.device;
  }

  get dtype() {
    return this.#profile.dtype;
  }

  get accelerate() {
    const { compile = false, cudaGraphs = false } = this.#profile;
    return compile || cudaGraphs ? { compile, cudaGraphs } : undefined;
  }

  async run(...[command, spec, out, run]: Parameters<Trainer['run']>): Promise<void> {
    await mkdir(out, { recursive: true });
    const specPath = join(out, 'spec.json');
    await publish(specPath, canonicalJson(spec));
    await runChild(this.#profile, this.#readOomKills, [command, '--spec', specPath, '--out', out], run);
  }
}

async function runChild(
  profile: TrainerProfile,
  readOomKills: typeof oomKills,
  args: readonly string[],
  { signal, onEvent }: { signal: AbortSignal; onEvent: (event: TrainerEvent) => void },
): Promise<void> {
  signal.throwIfAborted();
  const killsBefore = readOomKills();
  const [program, ...first] = profile.command as [string, ...string[]];
  const child = spawn(program, [...first, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...pick(process.env, inheritedVariables), ...profile.env },
  });
  const complaints: string[] = [];
  let lastError: TrainerEvent | undefined;
  let stalled = false;
  const stall = setTimeout(() => {
    stalled = true;
    killGroup(child, 'SIGKILL');
  }, profile.stallSeconds * 1000);
  const stop = () => {
    killGroup(child, 'SIGTERM');
    setTimeout(() => killGroup(child, 'SIGKILL'), graceSeconds * 1000).unref();
  };
  signal.addEventListener('abort', stop, { once: true });

  createInterface({ input: child.stdout }).on('line', (line) => {
    stall.refresh();
    const event = asEvent(line);
    if (event?.event === 'error') lastError = event;
    if (event) onEvent(event);
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    if (complaints.length > stderrLines) complaints.shift();
  });
  // A child that is gone before it read anything must not take the worker with it.
  child.stdin.on('error', () => {});

  try {
    const code = await exitOf(child, program);
    if (code === 0 || code === exitDiverged) return;
    signal.throwIfAborted();
    const kind = stalled ? 'stalled' : failureKind(code, asText(lastError?.['kind']));
    if (kind === 'killed' && child.signalCode === 'SIGKILL' && grew(await killsBefore, await readOomKills())) {
      throw new TrainerFailure(
        'outOfMemory',
        'the trainer was killed, as it seems because this machine ran out of memory',
      );
    }
    const reason = stalled
      ? `no sign of life for ${profile.stallSeconds} s`
      : (asText(lastError?.['message']) ?? (complaints.join('\n').slice(-1000) || 'it said nothing'));
    throw new TrainerFailure(
      kind,
      `the trainer ended (${code === null ? 'killed by a signal' : `exit ${code}`}): ${reason}`,
    );
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', stop);
  }
}

/** The exit code once all output was read, null for a signal. */
function exitOf(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new TrainerFailure(
          'missing',
          `the trainer ${program} can't be started (${error.message}); no proxy can be trained; check the worker's trainer profile`,
        ),
      ),
    );
    // A helper that outlives its leader would hold the pipes open, and `close` would never come.
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', (code) => resolve(code));
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, signal);
}

/** The trainer leads its own process group, so that helpers of its own go with it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch (error) {
    // Gone already, or (macOS) dead and not yet buried.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
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

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);

function pick(variables: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])));
}
