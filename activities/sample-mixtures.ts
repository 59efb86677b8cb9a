import type { Made, Ref } from '../climb/artifact.ts';
import { divergenceIn, guardsIn, mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixture } from '../climb/mixture/mixture.ts';
import { proxyId, type Mixtures } from '../climb/mixture/mixtures.ts';
import type { CandidatesArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { SearchSettings } from '../climb/spec/search-presets.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { readPrior } from './ngram/stored-prior.ts';
import { refusingInvalid } from './refusal.ts';

export type SampleMixturesInput = {
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  /** Counted from 1. */
  readonly iteration: number;
  readonly size: number;
  readonly seed: number;
  /** What the last iteration left over; null for the first batch. */
  readonly candidates: Ref | null;
  /** Absent in searches of before 0.2.0: as the preset `default` proposes. */
  readonly settings?: SearchSettings;
  /** The n-gram models, where the search has them, and how its tasks count: their optimum is in the first batch. */
  readonly ngram?: { readonly prior: Ref; readonly taskWeights: readonly number[] };
  /** Rules of mixtures that are sampled later: where none can keep them, that is said before anything is paid for. */
  readonly later?: SpaceRules;
};

export type SampleSummary = { readonly ids: readonly string[] };

/** Proposes the mixtures of an iteration: a first batch as the sampler draws it, then a batch of the kept candidates. */
export function sampleMixtures({ store, compute }: Deps) {
  return (input: SampleMixturesInput): Promise<Made<SampleSummary>> =>
    refusingInvalid(async () => {
      const proposed = await beating((_, signal) => propose(input, signal));
      const mixtures = proposed.map((weights, at) => ({ id: proxyId(input.iteration, at + 1), weights }));
      const ref = await store.putJson({ schema: 1, kind: 'mixtures', mixtures } satisfies Mixtures);
      return { ref, summary: { ids: mixtures.map(({ id }) => id) } };
    });

  async function propose(input: SampleMixturesInput, signal: AbortSignal): Promise<readonly Mixture[]> {
    const { tokens, rules, iteration, size, seed, candidates, settings, ngram, later } = input;
    const prior = ngram && (await readPrior(store, ngram.prior));
    if (candidates !== null) {
      const { predictor, evaluated, mixtures } = await store.readJson<CandidatesArtifact>(candidates);
      const space = mixtureSpace(await store.readJson<TokenShards>(tokens), rules);
      const belief = {
        predictor,
        ngram: prior,
        divergence: divergenceIn(space, rules),
        guards: guardsIn(space, rules),
      };
      const draws = { seed, iteration };
      const request = { ...belief, evaluated, candidates: { mixtures }, settings, size, draws };
      return compute.run('sampleBatch', request, { signal });
    }
    const shards = await store.readJson<TokenShards>(tokens);
    if (later !== undefined) mixtureSpace(shards, later);
    const space = mixtureSpace(shards, rules);
    const { constraints } = space;
    const given: Mixture[] = [];
    if (ngram && prior) {
      const request = { prior, taskWeights: ngram.taskWeights, constraints };
      given.push(await compute.run('ngramOptimum', request, { signal }));
    }
    const request = { prior: space.prior, constraints, given, settings, size, seed };
    return compute.run('firstBatch', request, { signal });
  }
}
