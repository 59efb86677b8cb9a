import type { Made, Ref } from '../climb/artifact.ts';
import type { Limit } from '../climb/search/budget.ts';
import { lowestAt } from '../climb/lowest.ts';
import { contentKey } from '../climb/content-key.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { guardsIn, mixtureSpace, spaceRules } from '../climb/mixture/mixture-space.ts';
import { project, satisfies } from '../climb/mixture/constraints.ts';
import type { Mixture } from '../climb/mixture/mixture.ts';
import type { NgramEvidence } from '../climb/ngram/ngram-evidence.ts';
import type { Evidence } from '../climb/verification/evidence.ts';
import { paretoFront } from '../climb/verification/pareto.ts';
import { objectiveWeights, scaleOf, taskLabel } from '../climb/verification/objective.ts';
import { ownObservations, type Observation, type PredictorArtifact } from '../climb/predictor/observations.ts';
import { believed } from '../climb/mixture/belief.ts';
import {
  hashesOf,
  type MissingBaseline,
  type RecipeBody,
  type Unverified,
  type Verdict,
} from '../climb/search/recipe.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type {
  Outlook,
  LengthTraining,
  RegmixSearch,
  RungRuns,
  StoppedBy,
  VerificationRuns,
} from '../climb/search/search-state.ts';
import { climbVersion } from '../climb/version.ts';
import type { WeighedArms } from '../climb/verification/weighed-arms.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { readPrior } from './ngram/stored-prior.ts';
import { weighRuns } from './recommend/weighed-runs.ts';

export type RecommendMixtureInput = {
  readonly spec: SearchSpec;
  readonly manifest: Ref;
  readonly domainSet: Ref;
  readonly tokens: Ref;
  readonly predictor: Ref;
  /** What every proxy started from, where that was no seed. */
  readonly trunk?: Ref;
  /** Items of the searched and of the report tasks. */
  readonly items: readonly Ref[];
  readonly iterations: number;
  readonly stoppedBy: StoppedBy;
  readonly stoppedByLimit: Limit | null;
  readonly outlook?: Outlook;
  /** Why there was no verification, where there was none. */
  readonly unverified: Exclude<Unverified, 'failed'> | null;
  readonly verification: VerificationRuns | null;
  /** The arms again at other sizes, where the search has a ladder. */
  readonly ladder?: readonly RungRuns[];
  /** The recommended arm at fewer tokens, where the search asks for it. */
  readonly efficiency?: readonly LengthTraining[];
  readonly regmix?: RegmixSearch;
  /** What the search began with, where its file names that. */
  readonly evidence?: Ref;
  /** Of the search's proxies, where a branch has another seed than its line. */
  readonly trainingSeed?: number;
  /** N-gram models: the predictor may rest on them. Null where the trainer allowed none. */
  readonly ngram?: Ref | null;
};

export type RecommendSummary = { readonly verdict: Verdict; readonly verified: boolean };

/** Weighs the evidence and writes the recipe's body. */
export function recommendMixture(deps: Pick<Deps, 'store' | 'trainers' | 'compute'>) {
  const { store, trainers, compute } = deps;
  return (input: RecommendMixtureInput): Promise<Made<RecommendSummary>> =>
    beating((_, signal) => recommended(input, signal));

  async function recommended(input: RecommendMixtureInput, signal: AbortSignal): Promise<Made<RecommendSummary>> {
    const { spec, iterations, stoppedBy, stoppedByLimit } = input;
    const { clusters } = await store.readJson<DomainSet>(input.domainSet);
    const learnt = await store.readJson<PredictorArtifact>(input.predictor);
    const found = { ...learnt, observations: ownObservations(learnt.observations) };
    // As the search ranked mixtures: by what it began with, too.
    const taskWeights = objectiveWeights(
      spec.tasks,
      scaleOf(spec),
      learnt.observations.map(({ losses }) => losses),
    );
    const { verification } = input;
    const weighed = verification && (await weighRuns(deps, spec, { ...input, verification }, signal));
    const evidence = weighed?.evidence ?? null;
    const arm = evidence?.recommendation.arm ?? null;
    const weights = evidence?.arms.find(({ id }) => id === arm)?.weights ?? (await bestObserved(input, found));
    const { name, version, torch } = trainers(spec.proxy.trainer).identity;
    const body: RecipeBody = {
      schema: 1,
      kind: 'recipe',
      verdict: evidence?.recommendation.verdict ?? 'not verified',
      verified: evidence !== null,
      unverified: evidence === null ? (input.unverified ?? 'failed') : null,
      weights: clusters.map(({ cluster, label }, at) => ({ cluster, label, weight: weights[at] as number })),
      arm,
      stoppedBy,
      stoppedByLimit,
      ...(input.outlook && { outlook: input.outlook }),
      evidence: {
        verification: evidence?.verification ?? null,
        arms: evidence?.arms ?? [],
        observations: found.observations,
        iterations,
        ...besideIn(weighed),
        ...(input.ngram && {
          ngram: await knownBeforehand(input, input.ngram, { ...found, taskWeights }, weights, signal),
        }),
        ...missingIn(input),
        ...tradeOffs({ ...found, taskWeights: scaleOf(spec) === 'none' ? null : taskWeights }, evidence),
      },
      seeds: {
        search: spec.seed,
        ...(input.trainingSeed !== undefined && { training: input.trainingSeed }),
        verification: input.verification?.seeds ?? [],
      },
      spec,
      versions: { climb: climbVersion, trainer: `${name} ${version}`, torch },
      hashes: {
        corpus: contentKey((await store.readJson<Manifest>(input.manifest)).files.map(({ sha256 }) => sha256).sort()),
        ...hashesOf({ manifest: input.manifest, domainSet: input.domainSet, tokens: input.tokens }),
        ...hashesOf({ predictor: input.predictor, arms: input.verification?.arms ?? null, trunk: input.trunk ?? null }),
        ...hashesOf({ evidence: input.evidence ?? null }),
        ...hashesOf({
          ngram: input.ngram ?? null,
          regmix: input.regmix?.skipped === null ? input.regmix.mixture : null,
        }),
        ...hashesOf(Object.fromEntries(input.items.map((ref, at) => [`items.${taskNames(spec)[at]}`, ref]))),
        // A score names the weights that it was measured on.
        ...hashesOf(Object.fromEntries(runsOf(input).map(({ id, score }) => [`score.${id}`, score]))),
      },
    };
    return { ref: await store.putJson(body), summary: { verdict: body.verdict, verified: body.verified } };
  }

  /** What counting alone says of the recipe. */
  async function knownBeforehand(
    { spec, tokens }: RecommendMixtureInput,
    ngram: Ref,
    { observations, taskWeights }: { observations: readonly Observation[]; taskWeights: readonly number[] },
    recipe: Mixture,
    signal: AbortSignal,
  ): Promise<NgramEvidence> {
    const { constraints, prior: natural } = mixtureSpace(await store.readJson<TokenShards>(tokens), spaceRules(spec));
    const prior = await readPrior(store, ngram);
    const request = { prior, taskWeights, constraints, natural, recipe, observations };
    return compute.run('ngramEvidence', request, { signal });
  }

  /** Without verification the best that can be said: the trained mixture of the lowest predicted score, guards in view. */
  async function bestObserved(
    { spec, tokens, ngram }: RecommendMixtureInput,
    { observations, predictor }: PredictorArtifact,
  ): Promise<readonly number[]> {
    const own = ownObservations(observations);
    const prior = ngram ? await readPrior(store, ngram) : undefined;
    const rules = spaceRules(spec);
    const space = mixtureSpace(await store.readJson<TokenShards>(tokens), rules);
    const best = (among: readonly Mixture[]) =>
      among[lowestAt(believed({ predictor, ngram: prior, guards: guardsIn(space, rules) }, among).mean)] ?? [];
    const trained = own.map(({ weights }) => weights);
    const allowed = trained.filter((weights) => satisfies(weights, space.constraints));
    // A branch may share nothing but mixtures of other constraints: then the nearest to the best of them within its own.
    return allowed.length > 0 ? best(allowed) : project(best(trained), space.constraints);
  }
}

/** What was trained beside the verification, weighed as it is. */
function besideIn(weighed: WeighedArms | null): Pick<RecipeBody['evidence'], 'ladder' | 'efficiency' | 'guards'> {
  const { evidence = null, ladder, efficiency } = weighed ?? {};
  if (evidence === null) return {};
  return {
    ...(ladder && { ladder }),
    ...(efficiency && { efficiency }),
    ...(evidence.guards.length > 0 && { guards: evidence.guards }),
  };
}

/** Baselines that were asked for and have no arm, and why. */
function missingIn({
  spec,
  ngram,
  regmix,
  verification,
}: RecommendMixtureInput): Pick<RecipeBody['evidence'], 'missingBaselines'> {
  const { baselines } = spec.verify;
  const missing: MissingBaseline[] = [];
  if (verification === null) return {};
  if (baselines.includes('ngram') && ngram === null) missing.push({ baseline: 'ngram', why: 'trainer' });
  if (regmix && regmix.skipped !== null) missing.push({ baseline: 'regmix', why: regmix.skipped });
  return missing.length === 0 ? {} : { missingBaselines: missing };
}

/** How tasks counted against one another, and which mixtures none beats on all of them. */
function tradeOffs(
  { observations, taskWeights }: { observations: readonly Observation[]; taskWeights: readonly number[] | null },
  evidence: Evidence | null,
): Pick<RecipeBody['evidence'], 'pareto' | 'taskWeights'> {
  const own = ownObservations(observations);
  const arms = (evidence?.arms ?? []).flatMap(({ id, report }) => {
    const means = report.flatMap(({ mean }) => mean ?? []);
    return means.length < report.length ? [] : [{ id, means }];
  });
  const named = (ids: readonly string[], front: readonly number[]) => front.map((at) => ids[at] as string);
  return {
    pareto: {
      observed: named(
        own.map(({ id }) => id),
        paretoFront(own.map(({ losses }) => losses)),
      ),
      arms: named(
        arms.map(({ id }) => id),
        paretoFront(arms.map(({ means }) => means)),
      ),
    },
    ...(taskWeights && { taskWeights }),
  };
}

/** Every run that the recipe rests on. */
const runsOf = ({ verification, ladder = [], efficiency = [] }: RecommendMixtureInput) => [
  ...(verification?.runs ?? []),
  ...[...ladder, ...efficiency].flatMap(({ runs }) => runs),
];

const taskNames = ({ tasks, report }: SearchSpec) => [...tasks, ...report.tasks].map(taskLabel);
