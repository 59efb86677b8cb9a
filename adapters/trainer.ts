/** What the activities need of a trainer; how it runs (a child process today, a batch system later) is its own affair. */

export type TrainerCommand = 'tokenise' | 'encode' | 'train' | 'evaluate';

/** Part of every content key: another trainer or torch may give other weights. */
export type TrainerIdentity = { readonly name: string; readonly version: string; readonly torch: string };

/** A JSON line of the trainer, see trainer/README.md. */
export type TrainerEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export type TrainerRun = {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainerEvent) => void;
};

export type Trainer = {
  readonly identity: TrainerIdentity;
  /** Where its proxies run and in what arithmetic. */
  readonly device: 'cpu' | 'cuda';
  readonly dtype: 'float32' | 'bfloat16';
  /** Proxies that its device trains side by side in one run, one at least. */
  readonly members: number;
  /** Whether it knows the command `encode`; some that keep the contract's first version don't. */
  readonly encodes?: boolean;
  /** How it may speed up training; nothing that a result depends on. */
  readonly accelerate?: { readonly compile: boolean; readonly cudaGraphs: boolean } | undefined;
  /**
   * Runs a command to its end; results lie in `out`, the result file last. The same spec and folder go on where an
   * earlier run was killed.
   * @throws TrainerFailure, or the signal's reason when it was aborted.
   */
  run(command: TrainerCommand, spec: object, out: string, run: TrainerRun): Promise<void>;
};

/** Why a trainer ended without a result. */
export type FailureKind =
  | 'badSpec'
  | 'badData'
  | 'internal'
  | 'diskFull'
  | 'outOfMemory'
  | 'deviceLost'
  | 'stopped'
  | 'killed'
  | 'stalled'
  | 'missing';

/** Exit codes of the contract in trainer/README.md. */
const kinds: Readonly<Record<number, FailureKind>> = {
  64: 'badSpec',
  65: 'badData',
  71: 'outOfMemory',
  72: 'deviceLost',
  75: 'stopped',
};

export class TrainerFailure extends Error {
  override name = 'TrainerFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }

  /** The same spec would fail the same way again. */
  get permanent(): boolean {
    return this.kind === 'badSpec' || this.kind === 'badData' || this.kind === 'missing';
  }
}

/** The failure that an exit code (null: ended by a signal) and the trainer's own word for it stand for. */
export function failureKind(exitCode: number | null, named?: string): FailureKind {
  if (named === 'DiskFull') return 'diskFull';
  return exitCode === null ? 'killed' : (kinds[exitCode] ?? 'internal');
}
