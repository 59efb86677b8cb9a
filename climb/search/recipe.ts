import { contentKey } from '../content-key.ts';
import type { Ref } from '../artifact.ts';
import type { Budget, Cost, Limit } from './budget.ts';
import type { NgramEvidence } from '../ngram/ngram-evidence.ts';
import type { ArmEvidence } from '../verification/evidence.ts';
import type { Observation } from '../predictor/observations.ts';
import type { Recommendation } from '../verification/recommendation.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { Branch, EvidenceCounts, Outlook, StoppedBy, TaskChange } from './search-state.ts';
import type { Baseline } from '../verification/baselines.ts';
import type { Efficiency } from '../verification/efficiency.ts';
import type { GuardEvidence } from '../verification/guards.ts';
import type { RungEvidence, Skipped } from '../verification/ladder.ts';
import type { Verification } from '../verification/verification.ts';

export type RecipeWeight = { readonly cluster: string; readonly label: string; readonly weight: number };

export type Verdict = Recommendation['verdict'] | 'not verified';

/** `failed`: too few proxies of the verification have a score. */
export type Unverified = 'budget' | 'finishEarly' | 'cancelled' | 'failed';

/** `trainer`: it can't say which tokens it scores, so that there are no n-gram models. */
export type MissingBaseline = { readonly baseline: Baseline; readonly why: Skipped | 'failed' | 'trainer' };

/** The part of a recipe that the search file, the corpus and the seeds determine: its digest covers this. */
export type RecipeBody = {
  readonly schema: 1;
  readonly kind: 'recipe';
  readonly verdict: Verdict;
  /** Trained again with fresh seeds, beside the baselines, on tasks that were not searched. */
  readonly verified: boolean;
  /** Why it isn't, null where it is. */
  readonly unverified: Unverified | null;
  readonly weights: readonly RecipeWeight[];
  /** The arm whose weights these are; null when nothing was verified and the best observed mixture stands in. */
  readonly arm: string | null;
  readonly stoppedBy: StoppedBy;
  readonly stoppedByLimit: Limit | null;
  /** What a further batch was expected to gain after the last iteration, beside the noise of one run. */
  readonly outlook?: Outlook;
  readonly evidence: {
    /** Means and intervals on the report tasks, lower is better. Null when not verified. */
    readonly verification: Verification | null;
    readonly arms: readonly ArmEvidence[];
    readonly observations: readonly Observation[];
    readonly iterations: number;
    /** The arms at other sizes, where the search has a ladder and was verified. */
    readonly ladder?: readonly RungEvidence[];
    /** Each guard and each arm, where the search has guards and was verified. */
    readonly guards?: readonly GuardEvidence[];
    /** What no other beats on every task: proxies of the search on the searched tasks, arms on the report tasks. */
    readonly pareto?: { readonly observed: readonly string[]; readonly arms: readonly string[] };
    /** What n-gram models alone know, where the search has them. */
    readonly ngram?: NgramEvidence;
    /** How tasks counted in the end, where that depends on what was observed: z-scores. */
    readonly taskWeights?: readonly number[];
    /** Baselines that the search file asks for and that have no arm. */
    readonly missingBaselines?: readonly MissingBaseline[];
    /** The recommended arm at fewer tokens, where the search asks for it and recommends more than the corpus as it is. */
    readonly efficiency?: Efficiency;
  };
  /** `training`: what proxies of the search were trained with, where a branch has another seed than its line. */
  readonly seeds: { readonly search: number; readonly training?: number; readonly verification: readonly number[] };
  readonly spec: SearchSpec;
  /** What made it. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 of everything used. */
  readonly hashes: Readonly<Record<string, string>>;
};

/** What may differ between two runs of the same file: it isn't part of the digest. */
export type RecipeRun = {
  readonly search: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly charged: Cost;
  /** The budget of the end, whatever it was at the start. */
  readonly budget: Budget;
  readonly proxies: {
    readonly done: number;
    readonly fromLedger: number;
    readonly diverged: number;
    readonly failed: number;
  };
  readonly budgetChanges: readonly { readonly at: number; readonly change: string }[];
  /** Where the searched tasks were changed by message: `spec` has those of the end. */
  readonly taskChanges?: readonly TaskChange[];
  /** What `charged` cost, where the budget counts money. */
  readonly money?: number;
  /** Where it began with evidence; what is left out depends on where the file finds it. */
  readonly evidence?: EvidenceCounts;
  /** Where it began, if it went on from another search. */
  readonly branch?: Branch;
};

export type Recipe = RecipeBody & { readonly digest: string; readonly run: RecipeRun };

/**
 * The digest by which two runs are compared: SHA-256 of the canonical JSON of the body. Where corpus, vectors,
 * tokenizer and a given trunk lie (`hashes` stand for what is in them), what a branch's parent is called (the evidence
 * has what they share), how much may be in flight, how often a checkpoint is written and who has to approve can't change
 * what is found: they are left out.
 */
export function recipeDigest(body: RecipeBody): string {
  const { concurrency: _concurrency, ...budget } = body.spec.budget;
  const { path: _path, sources, ...corpus } = body.spec.corpus;
  const read = sources && { sources: sources.map(({ path: _source, ...source }) => source) };
  const { path: _vectors, endpoint: _endpoint, ...embedding } = body.spec.embedding;
  const { checkpointSeconds: _seconds, warmStart, tokenizer: _tokenizer, ...proxy } = body.spec.proxy;
  const trained = warmStart && 'tokens' in warmStart && { warmStart }; // `hashes` stands for one that was given
  const { warmStart: _evidence, ...search } = body.spec.search; // likewise
  const { $schema: _schema, gates: _gates, branchFrom, ...spec } = body.spec; // who has to approve changes nothing that is found
  const shared = branchFrom && { branchFrom: { iteration: branchFrom.iteration } }; // what is shared stands in the evidence
  const { manifest: _manifest, ...hashes } = body.hashes; // it names the files; `corpus` stands for what is in them
  return contentKey({
    ...body,
    hashes,
    spec: {
      ...spec,
      ...shared,
      search,
      budget,
      corpus: { ...corpus, ...read },
      embedding,
      proxy: { ...proxy, ...trained },
    },
  });
}

export function finishRecipe(body: RecipeBody, run: RecipeRun): Recipe {
  return { ...body, digest: recipeDigest(body), run };
}

/** Names and references of what was used, for `hashes`. */
export function hashesOf(refs: Readonly<Record<string, Ref | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(refs).flatMap(([name, ref]) => (ref === null ? [] : [[name, ref.sha256]])));
}
