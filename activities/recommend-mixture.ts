import type { Made, Ref } from '../climb/artifact.ts';
import type { Limit } from '../climb/search/budget.ts';
import { contentKey } from '../climb/content-key.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { weighEvidence, type Evidence } from '../climb/verification/evidence.ts';
import { weighLadder, type RungEvidence } from '../climb/verification/ladder.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { PredictorArtifact } from '../climb/predictor/observations.ts';
import { predict } from '../climb/predictor/predictor.ts';
import type { ProxyScore } from '../climb/verification/proxy-score.ts';
import { hashesOf, type RecipeBody, type Unverified, type Verdict } from '../climb/search/recipe.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { Run, RungRuns, StoppedBy, VerificationRuns } from '../climb/search/search-state.ts';
import { climbVersion } from '../climb/version.ts';
import type { Deps } from './deps.ts';
import type { ArmsArtifact } from './sample-verification.ts';

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
  /** Why there was no verification, where there was none. */
  readonly unverified: Exclude<Unverified, 'failed'> | null;
  readonly verification: VerificationRuns | null;
  /** The arms again at other sizes, where the search has a ladder. */
  readonly ladder?: readonly RungRuns[];
};

export type RecommendSummary = { readonly verdict: Verdict; readonly verified: boolean };

/** Weighs the evidence and writes the recipe's body. */
export function recommendMixture({ store, trainers }: Deps) {
  return async (input: RecommendMixtureInput): Promise<Made<RecommendSummary>> => {
    const { spec, iterations, stoppedBy, stoppedByLimit } = input;
    const { clusters } = await store.readJson<DomainSet>(input.domainSet);
    const found = await store.readJson<PredictorArtifact>(input.predictor);
    const evidence = input.verification && (await verify(input, input.verification));
    const arm = evidence?.recommendation.arm ?? null;
    const weights = evidence?.arms.find(({ id }) => id === arm)?.weights ?? bestObserved(found);
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
      evidence: {
        verification: evidence?.verification ?? null,
        arms: evidence?.arms ?? [],
        observations: found.observations,
        iterations,
        ...(evidence?.ladder && { ladder: evidence.ladder }),
      },
      seeds: { search: spec.seed, verification: input.verification?.seeds ?? [] },
      spec,
      versions: { climb: climbVersion, trainer: `${name} ${version}`, torch },
      hashes: {
        corpus: contentKey((await store.readJson<Manifest>(input.manifest)).files.map(({ sha256 }) => sha256).sort()),
        ...hashesOf({ manifest: input.manifest, domainSet: input.domainSet, tokens: input.tokens }),
        ...hashesOf({ predictor: input.predictor, arms: input.verification?.arms ?? null, trunk: input.trunk ?? null }),
        ...hashesOf(Object.fromEntries(input.items.map((ref, at) => [`items.${taskNames(spec)[at]}`, ref]))),
        // A score names the weights that it was measured on.
        ...hashesOf(Object.fromEntries(runsOf(input).map(({ id, score }) => [`score.${id}`, score]))),
      },
    };
    return { ref: await store.putJson(body), summary: { verdict: body.verdict, verified: body.verified } };
  };

  async function verify(
    { spec, ladder }: RecommendMixtureInput,
    { arms, runs }: VerificationRuns,
  ): Promise<(Evidence & { ladder?: RungEvidence[] }) | null> {
    const { mixtures } = await store.readJson<ArmsArtifact>(arms);
    const scoresOf = (runs: readonly Run[]): Promise<ProxyScore[][]> =>
      Promise.all(
        mixtures.map(({ id }) =>
          Promise.all(runs.filter(({ arm }) => arm === id).map(({ score }) => store.readJson<ProxyScore>(score))),
        ),
      );
    const evidence = weighEvidence(spec, mixtures, await scoresOf(runs));
    if (evidence === null || ladder === undefined) return evidence;
    const rungs = await Promise.all(ladder.map(async (rung) => ({ ...rung, runs: await scoresOf(rung.runs) })));
    return { ...evidence, ladder: weighLadder(spec, mixtures, evidence.verification, rungs) };
  }
}

/** Every run that the recipe rests on. */
const runsOf = ({ verification, ladder = [] }: RecommendMixtureInput) => [
  ...(verification?.runs ?? []),
  ...ladder.flatMap(({ runs }) => runs),
];

const taskNames = ({ tasks, report }: SearchSpec) => [...tasks, ...report.tasks].map(taskLabel);

/** Without verification the best that can be said: the trained mixture of the lowest predicted score. */
function bestObserved({ observations, predictor }: PredictorArtifact): readonly number[] {
  const { mean } = predict(
    predictor,
    observations.map(({ weights }) => weights),
  );
  return observations[mean.indexOf(Math.min(...mean))]?.weights ?? [];
}
