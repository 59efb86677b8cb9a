import type { Made, Ref } from '../climb/artifact.ts';
import { chooseArms, type Arm } from '../climb/verification/arms.ts';
import type { Baseline } from '../climb/verification/baselines.ts';
import { mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { RegmixMixture } from '../climb/verification/regmix.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';

export type SampleVerificationInput = {
  readonly predictor: Ref;
  readonly candidates: Ref | null;
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  /** Candidates to verify. */
  readonly count: number;
  readonly baselines: readonly Baseline[];
  /** The search's; absent where no baseline is drawn. */
  readonly seed?: number;
  /** RegMix's recommendation, where it is a baseline. */
  readonly regmix?: Ref;
};

/** The mixtures of the verification; trainers read them like those of an iteration. */
export type ArmsArtifact = Omit<Mixtures, 'mixtures'> & { readonly mixtures: readonly Arm[] };

export type ArmsSummary = { readonly ids: readonly string[] };

/** Chooses which mixtures are trained again with fresh seeds. */
export function sampleVerification({ store }: Pick<Deps, 'store'>) {
  return (input: SampleVerificationInput): Promise<Made<ArmsSummary>> =>
    refusingInvalid(async () => {
      const { predictor, candidates, rules, count, baselines, regmix } = input;
      const shards = await store.readJson<TokenShards>(input.tokens);
      const arms = chooseArms({
        found: await store.readJson<PredictorArtifact>(predictor),
        candidates: candidates && (await store.readJson<CandidatesArtifact>(candidates)),
        count,
        baselines,
        sources: {
          space: mixtureSpace(shards, rules),
          clusterTokens: shards.clusters.map(({ tokens }) => tokens),
          targetTokens: rules.targetTokens,
          maxEpochs: rules.constraints.maxEpochs,
          seed: input.seed ?? 0,
          found: {
            ...(regmix && { regmix: (await store.readJson<RegmixMixture>(regmix)).weights }),
          },
        },
      });
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures: arms } satisfies ArmsArtifact);
      return { ref, summary: { ids: arms.map(({ id }) => id) } };
    });
}
