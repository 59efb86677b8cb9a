import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../climb/content-key.ts';
import { oomKills } from './host-memory.ts';
import { publish } from './publish.ts';
import { TrainerChild } from './trainer-child.ts';
import { watch, type Watch } from './trainer-watch.ts';
import {
  TrainerFailure,
  type Trainer,
  type TrainerCommand,
  type TrainerEvent,
  type TrainerIdentity,
  type TrainerRun,
} from './trainer.ts';
import { WarmTrainers } from './warm-trainers.ts';

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

/** A small model leaves most of a GPU idle; so many of the presets' models fit one with room to spare. */
const membersOnGpu = 32;

/** What a trainer says of itself: who it is, and what it can do beyond the first version of the contract. */
type Hello = TrainerIdentity & { readonly ensemble?: boolean; readonly serve?: boolean; readonly encode?: boolean };

/** What tests set otherwise. */
export type Surroundings = { readonly readOomKills?: typeof oomKills; readonly idleSeconds?: number };

/** A trainer that runs as a child of the worker and dies with it; one that can `serve` stays warm between requests. */
export class TrainerProcess implements Trainer {
  readonly identity: TrainerIdentity;
  readonly members: number;
  readonly encodes: boolean;
  readonly #profile: TrainerProfile;
  readonly #watch: Watch;
  readonly #warm: WarmTrainers | undefined;

  private constructor(profile: TrainerProfile, hello: Hello, watch: Watch, idleSeconds?: number) {
    const { name, version, torch, ensemble = false, serve = false, encode = false } = hello;
    this.identity = { name, version, torch };
    this.members = profile.members ?? (ensemble && profile.device === 'cuda' ? membersOnGpu : 1);
    this.encodes = encode;
    this.#profile = profile;
    this.#watch = watch;
    this.#warm = serve ? new WarmTrainers(() => new TrainerChild(profile, ['serve']), watch, idleSeconds) : undefined;
    if (this.members > 1 && !ensemble) {
      throw new TrainerFailure(
        'missing',
        `a trainer profile has members ${this.members}, but ${name} ${version} doesn't say that it trains proxies side by side (\`ensemble\` of its version line): one after another in one run they would only be lost together; leave members out or use a trainer that can`,
      );
    }
  }

  /** @throws TrainerFailure when the profile's program can't be run, or can't do what the profile asks for. */
  static async open(profile: TrainerProfile, surroundings: Surroundings = {}): Promise<TrainerProcess> {
    const { readOomKills = oomKills, idleSeconds } = surroundings;
    const how: Watch = { stallSeconds: profile.stallSeconds, readOomKills };
    const events: TrainerEvent[] = [];
    const { signal } = new AbortController();
    await watch(new TrainerChild(profile, ['version']), { signal, onEvent: (event) => events.push(event) }, how);
    const hello = events.find(({ event }) => event === 'version');
    if (hello === undefined) {
      throw new TrainerFailure(
        'missing',
        `${profile.command.join(' ')} version printed no version line; is it a trainer that keeps the contract in trainer/README.md?`,
      );
    }
    return new TrainerProcess(profile, hello as unknown as Hello, how, idleSeconds);
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
    run.signal.throwIfAborted();
    try {
      await this.#carryOut(command, specPath, out, run);
    } catch (error) {
      throw (await isGone(specPath)) && error instanceof TrainerFailure ? doneElsewhere(out, error) : error;
    }
  }

  #carryOut(command: TrainerCommand, specPath: string, out: string, run: TrainerRun): Promise<void> {
    // What needs no torch has nothing to keep warm.
    if (this.#warm !== undefined && (command === 'train' || command === 'evaluate'))
      return this.#warm.run({ command, spec: specPath, out }, run);
    const child = new TrainerChild(this.#profile, [command, '--spec', specPath, '--out', out]);
    return watch(child, run, this.#watch);
  }

  /** Ends the processes that wait for work, and each other when its work is done. */
  async close(): Promise<void> {
    await this.#warm?.close();
  }
}

const isGone = (path: string) =>
  access(path).then(
    () => false,
    () => true,
  );

/** A worker that has finished the same work removes the folder, also under another that has just begun in it. */
function doneElsewhere(out: string, { message }: TrainerFailure): TrainerFailure {
  return new TrainerFailure(
    'stopped',
    `the folder ${out} was removed while a trainer worked in it, as by another worker that has finished the same work; what that kept is looked up at the next attempt (${message})`,
  );
}
