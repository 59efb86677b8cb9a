import type { Made, Ref } from '../climb/artifact.ts';
import { lowest } from '../climb/lowest.ts';
import type { Mixture } from '../climb/mixture/mixture.ts';
import { divergenceIn, guardsIn, mixtureSpace, type SpaceRules } from '../climb/mixture/mixture-space.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import { exactObservations, type CandidatesArtifact, type PredictorArtifact } from '../climb/predictor/observations.ts';
import { noiseOfOneRun } from '../climb/predictor/noise-of-one-run.ts';
import type { SearchSettings } from '../climb/spec/search-presets.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';
import { readPrior } from './ngram/stored-prior.ts';
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
  /** Absent in searches of before 0.2.0: as the preset `default` proposes. */
  readonly settings?: SearchSettings;
  /** Mixtures of the next batch. */
  readonly size?: number;
  /** The mixtures of this iteration, and the candidates before them: none is proposed again, scored or not. */
  readonly mixtures?: Ref;
  readonly previous?: Ref | null;
  readonly ngram?: Ref;
};

export type PruneSummary = {
  readonly kept: number;
  readonly predictedBest: number;
  /**
   * What the next batch is expected to gain at most, and the noise of one run: the pooled one where mixtures were
   * repeated, else the predictor's. In score units; absent while there are too few runs to say, and before 0.2.0.
   */
  readonly gain?: number;
  readonly noise?: number;
};

/** Draws fresh mixtures and keeps those that the predictor expects to gain most from. */
export function pruneCandidates({ store, compute, faults }: Deps) {
  return (input: PruneCandidatesInput): Promise<Made<PruneSummary>> =>
    refusingInvalid(async () => {
      await faults.point('prune.before');
      const { predictor, observations } = await store.readJson<PredictorArtifact>(input.predictor);
      const space = mixtureSpace(await store.readJson<TokenShards>(input.tokens), input.rules);
      const { seed, iteration, pool, settings, size } = input;
      const evaluated = observations.map(({ weights }) => weights);
      const tried = await triedBefore(input);
      const request = {
        predictor,
        ngram: input.ngram && (await readPrior(store, input.ngram)),
        divergence: divergenceIn(space, input.rules),
        guards: guardsIn(space, input.rules),
        evaluated,
        exclude: tried,
        ...space,
        seed,
        iteration,
        settings,
        pool,
        ...(size !== undefined && { size }),
      };
      const { batchGain, ...kept } = await beating((_, signal) => compute.run('pruneCandidates', request, { signal }));
      const artifact: CandidatesArtifact = { schema: 1, kind: 'candidates', predictor, evaluated, tried, ...kept };
      return {
        ref: await store.putJson(artifact),
        summary: {
          kept: kept.mixtures.length,
          predictedBest: lowest(kept.mean),
          ...(foresees(observations, space.clusters) && {
            gain: batchGain,
            noise: noiseOfOneRun(predictor, exactObservations(observations)),
          }),
        },
      };
    });

  async function triedBefore({ mixtures, previous }: PruneCandidatesInput): Promise<Mixture[]> {
    const now = mixtures === undefined ? [] : (await store.readJson<Mixtures>(mixtures)).mixtures;
    const before = previous ? ((await store.readJson<CandidatesArtifact>(previous)).tried ?? []) : [];
    return [...before, ...now.map(({ weights }) => weights)];
  }
}

/**
 * Whether gain and noise are worth a word: a process has a length scale a cluster, a signal and a noise to learn. With no
 * more runs than those they are what it believed before the first, and no search should end on that.
 */
const foresees = (runs: readonly unknown[], clusters: readonly unknown[]) => runs.length > clusters.length + 2;
