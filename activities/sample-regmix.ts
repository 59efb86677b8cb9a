import type { Made, Ref } from '../climb/artifact.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { project } from '../climb/mixture/constraints.ts';
import { mixtureKey, type Mixture } from '../climb/mixture/mixture.ts';
import { mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import { regmixMixtures } from '../climb/mixture/samplers/regmix-sampler.ts';
import { stream } from '../climb/random.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';
import type { SampleSummary } from './sample-mixtures.ts';

export type SampleRegmixInput = {
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  readonly size: number;
  readonly seed: number;
};

/**
 * Draws the mixtures that RegMix trains, as published, each moved to the nearest that keeps the constraints: the others
 * couldn't be trained. Fewer where some then coincide.
 */
export function sampleRegmix({ store }: Pick<Deps, 'store'>) {
  return ({ tokens, rules, size, seed }: SampleRegmixInput): Promise<Made<SampleSummary>> =>
    refusingInvalid(async () => {
      const { prior, constraints } = mixtureSpace(await store.readJson<TokenShards>(tokens), rules);
      const distinct = new Map<string, Mixture>();
      for (const drawn of regmixMixtures(prior, size, stream(seed, ['regmix', 'mixtures']))) {
        const mixture = project(drawn, constraints);
        distinct.set(mixtureKey(mixture), mixture);
      }
      const mixtures = [...distinct.values()].map((weights, at) => ({
        id: `r-p${String(at + 1).padStart(3, '0')}`,
        weights,
      }));
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures } satisfies Mixtures);
      return { ref, summary: { ids: mixtures.map(({ id }) => id) } };
    });
}
