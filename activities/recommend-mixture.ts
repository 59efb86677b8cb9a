import type { Made, Ref } from '../climb/artifact.ts';
import type { Limit } from '../climb/search/budget.ts';
import { contentKey } from '../climb/content-key.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { weighEvidence } from '../climb/verification/evidence.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { PredictorArtifact } from '../climb/predictor/observations.ts';
import { predict } from '../climb/predictor/predictor.ts';
import type { ProxyScore } from '../climb/verification/proxy-score.ts';
import { hashesOf, type RecipeBody, type Unverified, type Verdict } from '../climb/search/recipe.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { StoppedBy } from '../climb/search/search-state.ts';
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
  readonly verification: {
    readonly arms: Ref;
    /** Every run with a score, by arm and then by seed. */
    readonly runs: readonly { readonly id: string; readonly arm: string; readonly score: Ref }[];
    readonly seeds: readonly number[];
  } | null;
};

export type RecommendSummary = { readonly verdict: Verdict; readonly verified: boolean };

/** Weighs the evidence and writes the recipe's body. */
export function recommendMixture({ store, trainers }: Deps) {
  return async (input: RecommendMixtureInput): Promise<Made<RecommendSummary>> => {
    const { spec, iterations, stoppedBy, stoppedByLimit } = input;
    const { clusters } = await store.readJson<DomainSet>(input.domainSet);
    const found = await store.readJson<PredictorArtifact>(input.predictor);
    const evidence = input.verification && (await verify(spec, input.verification));
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
        ...hashesOf(
          Object.fromEntries((input.verification?.runs ?? []).map(({ id, score }) => [`score.${id}`, score])),
        ),
      },
    };
    return { ref: await store.putJson(body), summary: { verdict: body.verdict, verified: body.verified } };
  };

  async function verify(spec: SearchSpec, { arms, runs }: NonNullable<RecommendMixtureInput['verification']>) {
    const { mixtures } = await store.readJson<ArmsArtifact>(arms);
    const scores = mixtures.map(({ id }) =>
      runs.filter(({ arm }) => arm === id).map(({ score }) => store.readJson<ProxyScore>(score)),
    );
    return weighEvidence(spec, mixtures, await Promise.all(scores.map((ofArm) => Promise.all(ofArm))));
  }
}

const taskNames = ({ tasks, report }: SearchSpec) => [...tasks, ...report.tasks].map(taskLabel);

/** Without verification the best that can be said: the trained mixture of the lowest predicted score. */
function bestObserved({ observations, predictor }: PredictorArtifact): readonly number[] {
  const { mean } = predict(
    predictor,
    observations.map(({ weights }) => weights),
  );
  return observations[mean.indexOf(Math.min(...mean))]?.weights ?? [];
}
