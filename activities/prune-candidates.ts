import type { Made, Ref } from '../climb/artifact.ts';
import { mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../climb/predictor/observations.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';

export type PruneCandidatesInput = {
  readonly predictor: Ref;
  readonly tokens: Ref;
  readonly rules: SpaceRules;
  readonly seed: number;
  /** The iteration that the predictor was fitted after, counted from 1. */
  readonly iteration: number;
  /** Mixtures to draw and rank. */
  readonly pool: number;
};

export type PruneSummary = { readonly kept: number; readonly predictedBest: number };

/** Draws fresh mixtures and keeps those that the predictor expects to gain most from. */
export function pruneCandidates({ store, compute }: Deps) {
  return (input: PruneCandidatesInput): Promise<Made<PruneSummary>> =>
    refusingInvalid(async () => {
      const { predictor, observations } = await store.readJson<PredictorArtifact>(input.predictor);
      const { prior, constraints } = mixtureSpace(await store.readJson<TokenShards>(input.tokens), input.rules);
      const { seed, iteration, pool } = input;
      const evaluated = observations.map(({ weights }) => weights);
      const kept = await beating((_, signal) =>
        compute.run('pruneCandidates', { predictor, evaluated, prior, constraints, seed, iteration, pool }, { signal }),
      );
      const artifact: CandidatesArtifact = { schema: 1, kind: 'candidates', predictor, evaluated, ...kept };
      return {
        ref: await store.putJson(artifact),
        summary: { kept: kept.mixtures.length, predictedBest: Math.min(...kept.mean) },
      };
    });
}
