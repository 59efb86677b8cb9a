import type { Made, Ref } from '../climb/artifact.ts';
import { chooseArms, type Arm } from '../climb/verification/arms.ts';
import type { Baseline, BaselineSources } from '../climb/verification/baselines.ts';
import { objectiveWeights, type Scale } from '../climb/verification/objective.ts';
import type { NgramPrior } from '../climb/ngram/ngram-prior.ts';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import { guardsIn, mixtureSpace, type MixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { RegmixMixture } from '../climb/verification/regmix.ts';
import type { Deps } from './deps.ts';
import { readPrior } from './ngram/stored-prior.ts';
import { refusingInvalid } from './refusal.ts';

export type SampleVerificationInput = {
  readonly predictor: Ref;
  readonly candidates: Ref | null;
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  /** Candidates to verify. */
  readonly count: number;
  readonly baselines: readonly Baseline[];
  /** The search's. */
  readonly seed?: number;
  /** RegMix's recommendation, where it is a baseline. */
  readonly regmix?: Ref;
  /** N-gram models of the searched tasks, and how these count: the predictor may rest on them. */
  readonly ngram?: { readonly prior: Ref; readonly tasks: readonly TaskSpec[]; readonly scale: Scale };
};

/** The mixtures of the verification; trainers read them like those of an iteration. */
export type ArmsArtifact = Omit<Mixtures, 'mixtures'> & { readonly mixtures: readonly Arm[] };

export type ArmsSummary = { readonly ids: readonly string[] };

/** Chooses which mixtures are trained again with fresh seeds. */
export function sampleVerification({ store, compute }: Pick<Deps, 'store' | 'compute'>) {
  return (input: SampleVerificationInput): Promise<Made<ArmsSummary>> =>
    refusingInvalid(async () => {
      const { candidates, rules, count, baselines, seed = 0 } = input;
      const ngram = input.ngram && (await readPrior(store, input.ngram.prior));
      const shards = await store.readJson<TokenShards>(input.tokens);
      const found = await store.readJson<PredictorArtifact>(input.predictor);
      const space = mixtureSpace(shards, rules);
      const arms = chooseArms({
        found,
        ngram,
        candidates: candidates && (await store.readJson<CandidatesArtifact>(candidates)),
        count,
        baselines,
        guards: guardsIn(space, rules),
        sources: {
          space,
          clusterTokens: shards.clusters.map(({ tokens }) => tokens),
          targetTokens: rules.targetTokens,
          maxEpochs: rules.constraints.maxEpochs,
          seed,
          found: await foundMixtures(input, ngram, found, space),
        },
      });
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures: arms } satisfies ArmsArtifact);
      return { ref, summary: { ids: arms.map(({ id }) => id) } };
    });

  /** The baselines that take more than the corpus to know. */
  async function foundMixtures(
    { regmix, ngram, baselines }: SampleVerificationInput,
    prior: NgramPrior | undefined,
    { observations }: PredictorArtifact,
    { constraints }: MixtureSpace,
  ): Promise<BaselineSources['found']> {
    const regression = regmix && (await store.readJson<RegmixMixture>(regmix)).weights;
    return {
      ...(regression && { regmix: regression }),
      ...(ngram &&
        prior &&
        baselines.includes('ngram') && {
          ngram: await compute.run('ngramOptimum', {
            prior,
            taskWeights: objectiveWeights(
              ngram.tasks,
              ngram.scale,
              observations.map(({ losses }) => losses),
            ),
            constraints,
          }),
        }),
    };
  }
}
