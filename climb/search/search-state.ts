import type { Ref } from '../artifact.ts';
import { openAccount, type Account, type Limit } from './budget.ts';
import type { PauseMode } from './pause.ts';
import type { BatchUnderWay, UnderWay } from './under-way.ts';
import type { Rung } from '../spec/ladder.ts';
import type { Gate } from '../spec/gates.ts';
import type { SearchSpec, TaskSpec } from '../spec/search-file.ts';
import type { Skipped } from '../verification/ladder.ts';
import { derivedSeed } from '../random.ts';

export type Phase =
  | 'opening'
  | 'ingest'
  | 'embed'
  | 'quality'
  | 'cluster'
  | 'merge'
  | 'group'
  | 'tokenise'
  | 'trunk'
  | 'search'
  | 'verify'
  | 'ladder'
  | 'report'
  | 'done'
  | 'waiting'
  | 'needs-attention';

/**
 * Why the search part ended; `diverged`: an iteration in which every proxy did; `converged`: a further batch was expected
 * to gain less than the noise of one run.
 */
export type StoppedBy = 'iterations' | 'budget' | 'finishEarly' | 'diverged' | 'converged' | 'cancelled';

/** What a further batch was expected to gain after an iteration, and the noise of one run, in units of the objective. */
export type Outlook = { readonly gain: number; readonly noise: number };

/** Verification scores every choice of more tasks: its proxies take longer. */
export type Part = 'search' | 'verify';

/**
 * Device seconds of the slowest group of proxies so far, 0 while there is none, at the shape that the search trains;
 * `together`: the most proxies that were in one group, absent while it is one.
 */
export type Longest = {
  train: number;
  evaluate: Record<Part, number>;
  together?: { train: number; evaluate: number };
};

/** A proxy on the leaderboard. */
export type Standing = { readonly id: string; readonly score: number; readonly losses: readonly number[] };

/** A trained and evaluated proxy, by reference. */
export type Scored = { readonly id: string; readonly score: Ref };

/** The corpus as the iterations need it. */
export type Prepared = { readonly manifest: Ref; readonly domainSet: Ref; readonly tokens: Ref };

/** A run of an arm, with its score. */
export type Run = { readonly id: string; readonly arm: string; readonly score: Ref };

/** What the verification trained. */
export type VerificationRuns = {
  readonly arms: Ref;
  /** By seed and then by arm. */
  readonly runs: readonly Run[];
  readonly seeds: readonly number[];
};

/** The same arms at another size, or why they were not trained there. */
export type RungRuns = { readonly rung: Rung; readonly skipped: Skipped | null; readonly runs: readonly Run[] };

/** The recommended arm at fewer tokens, or why it was not trained there. */
export type LengthTraining = {
  readonly tokens: number;
  readonly skipped: Skipped | null;
  readonly runs: readonly Run[];
};

/**
 * What RegMix recommends, or why its search has no result; `failed`: too few of its proxies have a score, or no tree
 * could split them.
 */
export type RegmixSearch = { readonly skipped: null; readonly mixture: Ref } | { readonly skipped: Skipped | 'failed' };

/** What the first activity found out and everything later relies on. */
export type Opening = {
  /** Items of the searched tasks, then of the report tasks, in the order of the search file. */
  readonly tasks: readonly Ref[];
  readonly reportTasks: readonly Ref[];
  /** Continuations that the evaluation of one proxy scores. */
  readonly continuations: Readonly<Record<Part, number>>;
  /** Search attributes that the server knows; others may not be set. */
  readonly searchAttributes: readonly string[];
  /** Timeouts and task queues as the worker that opened the search was configured. */
  readonly timeouts: Timeouts;
  readonly queues: TaskQueues;
  /** Events after which the search continues as new, at the end of an iteration. */
  readonly maxHistory: number;
  /** Proxies that a worker's device trains side by side, in one activity; absent: one. */
  readonly group?: number;
  /** Weights and tokenizer that the search file names for every proxy to start from. */
  readonly warmStart?: WarmStart;
  /** The tokenizer that the search file names, for a corpus whose proxies start from their seeds or from a trunk. */
  readonly tokenizer?: Ref;
  /** Name and version of the trainer; absent in searches that began before 0.3.0. */
  readonly trainer?: string;
  /** Tokens a second on one device, measured by earlier proxies of this shape on this worker. */
  readonly tokensPerSecond?: number;
};

export type WarmStart = { readonly weights: Ref; readonly tokenizer: Ref };

/** In seconds. */
export type Timeouts = {
  /** An activity that was silent for so long counts as lost. */
  readonly heartbeat: number;
  /** Wait before the second attempt; it doubles up to the longest. */
  readonly retryInitial: number;
  readonly retryMaximum: number;
};

/** `cpu`: embedding, clustering, fitting. `train`: one slot a core or device. */
export type TaskQueues = { readonly cpu: string; readonly train: string };

/** Runs that a search began with, and those whose mixtures its clusters could only tell approximately. */
export type EvidenceCounts = { readonly used: number; readonly leftOut: number };

/** Tasks that a person wants searched instead, and why. */
export type Retask = { readonly tasks: readonly TaskSpec[]; readonly reason?: string };

/** Finished proxies that were scored on tasks that a person wants, as far as a run of the workflow got with it. */
export type Rescoring = {
  /** What they are scored on: another list begins anew. */
  readonly on: string;
  readonly scored: readonly Scored[];
  readonly lost: readonly string[];
  /** To be tried alone, since their group failed. */
  readonly apart: readonly string[];
  /** Groups that were named so far. */
  readonly groups: number;
  readonly longest: Longest;
};

/** A change of the searched tasks, and what it cost and lost. */
export type TaskChange = {
  readonly at: number;
  /** After this iteration. */
  readonly iteration: number;
  readonly change: string;
};

/** Where a branch begins. */
export type Branch = {
  readonly search: string;
  readonly iteration: number;
  /** The searches that it goes on from, nearest first. */
  readonly of: readonly string[];
  /** Proxies with a score that it shares with them. */
  readonly shared: number;
  /** The seed that proxies of the search are trained with where the branch's own differs: of the search that began the line. */
  readonly seed?: number;
  /** Tasks that the corpus was not cleaned of, since the line came to them later. */
  readonly notCleanedOf?: readonly string[];
  /** What its own file says, the iteration filled in. */
  readonly file: Readonly<Record<string, unknown>>;
};

/**
 * `tasks`: those in `retask`, on which what it shares has yet to be scored. `refit`: the predictor, and in any case the
 * candidates; `nothing`: a batch without mixtures.
 */
export type Learn =
  { readonly tasks: true } | { readonly tasks: false; readonly refit: boolean; readonly nothing: Ref };

/** Everything a search is between two of its steps, as plain JSON: it crosses continue-as-new. */
export type SearchState = {
  spec: SearchSpec;
  /** Runs of the workflow that this one continues, as Temporal calls them; absent in the first. */
  runsBefore?: string[];
  startedAt: number;
  /** When the first proxy was dispatched and when the latest ended that weren't in the ledger: the pace. */
  milestones: number[];
  phase: Phase;
  account: Account;
  /** A limit on iterations set by message; the search file's otherwise. */
  iterationLimit: number | null;
  /** Iterations that are committed. */
  iteration: number;
  counts: { done: number; failed: number; diverged: number; fromLedger: number };
  longest: Longest;
  leaderboard: Standing[];
  /** States of before 0.3.0 may say true: see pause.ts. */
  paused: boolean | PauseMode;
  /** How often `resume` came: a search that needs attention waits for the next. */
  resumes: number;
  /** How often it had come when the search began to wait for the next; absent: it needs no attention. */
  attention?: number;
  finishEarly: 'iteration' | 'now' | null;
  stoppedBy: StoppedBy | null;
  stoppedByLimit: Limit | null;
  /** Signals that were refused, newest last. */
  rejected: { name: string; reason: string }[];
  /** Changes of the budget, newest last. */
  changes: { at: number; change: string }[];
  failures: { id: string; reason: string }[];
  /** Gates that were opened, before the search came to them or while it waited. */
  approved?: readonly Gate[];
  /** Gates that are behind it. */
  passed?: readonly Gate[];
  /** The gate at which the search waits. */
  waitingFor?: Gate;
  /** Tasks that the search takes over as soon as no proxy is in flight; absent: it has those that it wants. */
  retask?: Retask;
  /** How far the run before was with taking them over; absent: it had not begun. */
  rescoring?: Rescoring;
  /** Changes of the tasks that were carried out, newest last; absent: none. */
  taskChanges?: TaskChange[];
  /** What is trained now, or was last; absent: nothing yet. */
  batch?: BatchUnderWay;
  /** What the run of the workflow before this one left unfinished; absent: nothing. */
  underWay?: UnderWay;
  /** Proxies of the batch under way that failed for good and may be tried again; absent: none. */
  retriable?: readonly string[];
  /** Those of them that a person wants tried again, until they are dispatched; absent: none. */
  retry?: readonly string[];
  opening: Opening | null;
  prepared: Prepared | null;
  /** What n-gram models know of every mixture; absent or null: nothing is known beforehand. */
  ngram?: Ref | null;
  /** What the search began with, and what was learnt of it before the first iteration; absent: nothing. */
  evidence?: {
    readonly observations: Ref;
    readonly predictor: Ref;
    readonly candidates: Ref;
    /** Absent in searches that began before it was kept. */
    readonly counts?: EvidenceCounts;
  };
  /** Absent where it goes on from no other search. */
  branch?: Branch;
  /** A branch whose parent has yet to be read: the spec is none yet by which a message can be judged. Absent: it is open. */
  unopened?: true;
  /** What of the parent's knowledge a branch has yet to form anew; absent: nothing. */
  learn?: Learn;
  /** Its first snapshot is kept: absent until then. */
  begun?: true;
  /** Weights that every proxy starts from; absent: its seed's. */
  trunk?: Ref;
  /** Device seconds that were charged for a trunk before a pause cut its training; absent: none. */
  trunkSpent?: number;
  predictor: Ref | null;
  candidates: Ref | null;
  /** After the last iteration, null before it; absent in searches that began before 0.2.0, which don't stop by it. */
  outlook?: Outlook | null;
  /** Absent until it is done; a search that is cancelled on its ladder has verified what it found. */
  verified?: VerificationRuns;
  /** Why there is no verification, once that is settled; absent: it isn't, or there is one. */
  unverified?: 'budget' | 'finishEarly';
  /** Rungs that are done. */
  ladder?: RungRuns[];
  /** RegMix's search, where it is a baseline and done. */
  regmix?: RegmixSearch;
  /** Lengths that are done. */
  efficiency?: LengthTraining[];
  /** How tasks count where that depends on what was observed: z-scores. Absent: by their weights. */
  taskWeights?: readonly number[];
};

const logLength = 20;

export function newSearchState(spec: SearchSpec, now: number): SearchState {
  return {
    spec,
    startedAt: now,
    milestones: [],
    phase: 'opening',
    account: openAccount(spec.budget),
    iterationLimit: spec.search.iterations ?? null,
    iteration: 0,
    counts: { done: 0, failed: 0, diverged: 0, fromLedger: 0 },
    longest: { train: 0, evaluate: { search: 0, verify: 0 } },
    leaderboard: [],
    paused: false,
    resumes: 0,
    finishEarly: null,
    stoppedBy: null,
    stoppedByLimit: null,
    rejected: [],
    changes: [],
    failures: [],
    opening: null,
    prepared: null,
    predictor: null,
    candidates: null,
    outlook: null,
  };
}

/** What every proxy of the search is trained with. Proxies that a branch shares are measured as those of its own. */
export function searchSeeds({ spec, branch }: Pick<SearchState, 'spec' | 'branch'>) {
  const seed = branch?.seed ?? spec.seed;
  return { seed: derivedSeed(seed, ['search', 'weights']), dataSeed: derivedSeed(seed, ['search', 'data']) };
}

/** Appends to a log of the state and forgets its oldest entries: the state must stay small. */
export function note<Entry>(log: Entry[], entry: Entry): void {
  log.push(entry);
  if (log.length > logLength) log.shift();
}

/** Notes that `proxies` ended since the last one did: those of a group end together, and the pace is that of each. */
export function notePace(milestones: number[], now: number, proxies: number): void {
  const last = milestones.at(-1) ?? now;
  for (let at = 1; at <= proxies; at++) note(milestones, last + ((now - last) * at) / proxies);
}
