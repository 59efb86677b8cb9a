import type { Made, Ref } from '../climb/artifact.ts';
import { chooseArms, type Arm, type Baseline } from '../climb/verification/arms.ts';
import { mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
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
};

/** The mixtures of the verification; trainers read them like those of an iteration. */
export type ArmsArtifact = Omit<Mixtures, 'mixtures'> & { readonly mixtures: readonly Arm[] };

export type ArmsSummary = { readonly ids: readonly string[] };

/** Chooses which mixtures are trained again with fresh seeds. */
export function sampleVerification({ store }: Pick<Deps, 'store'>) {
  return ({
    predictor,
    candidates,
    tokens,
    rules,
    count,
    baselines,
  }: SampleVerificationInput): Promise<Made<ArmsSummary>> =>
    refusingInvalid(async () => {
      const arms = chooseArms({
        found: await store.readJson<PredictorArtifact>(predictor),
        candidates: candidates && (await store.readJson<CandidatesArtifact>(candidates)),
        space: mixtureSpace(await store.readJson<TokenShards>(tokens), rules),
        count,
        baselines,
      });
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures: arms } satisfies ArmsArtifact);
      return { ref, summary: { ids: arms.map(({ id }) => id) } };
    });
}
