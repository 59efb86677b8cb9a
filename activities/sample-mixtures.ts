import type { Made, Ref } from '../climb/artifact.ts';
import { firstBatch } from '../climb/mixture/first-batch.ts';
import { mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import { proxyId, type Mixtures } from '../climb/mixture/mixtures.ts';
import type { CandidatesArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { refusingInvalid } from './refusal.ts';
import type { Deps } from './deps.ts';

export type SampleMixturesInput = {
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  /** Counted from 1. */
  readonly iteration: number;
  readonly size: number;
  readonly seed: number;
  /** What the last iteration left over; null for the first batch. */
  readonly candidates: Ref | null;
  /** Rules of mixtures that are sampled later: where none can keep them, that is said before anything is paid for. */
  readonly later?: SpaceRules;
};

export type SampleSummary = { readonly ids: readonly string[] };

/** Proposes the mixtures of an iteration: a space-filling first batch, then a batch of the kept candidates. */
export function sampleMixtures({ store, compute }: Deps) {
  return (input: SampleMixturesInput): Promise<Made<SampleSummary>> =>
    refusingInvalid(async () => {
      const mixtures = (await propose(input)).map((weights, at) => ({ id: proxyId(input.iteration, at + 1), weights }));
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures } satisfies Mixtures);
      return { ref, summary: { ids: mixtures.map(({ id }) => id) } };
    });

  async function propose({ tokens, rules, size, seed, candidates, later }: SampleMixturesInput) {
    if (candidates !== null) {
      const { predictor, evaluated, mixtures } = await store.readJson<CandidatesArtifact>(candidates);
      return compute.run('sampleBatch', { predictor, evaluated, candidates: { mixtures }, size });
    }
    const shards = await store.readJson<TokenShards>(tokens);
    if (later !== undefined) mixtureSpace(shards, later);
    const { prior, constraints } = mixtureSpace(shards, rules);
    return firstBatch({ prior, constraints, size, seed });
  }
}
