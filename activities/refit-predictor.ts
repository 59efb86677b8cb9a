import type { Made, Ref } from '../climb/artifact.ts';
import { lowest } from '../climb/lowest.ts';
import { believed } from '../climb/mixture/belief.ts';
import type { Mixture } from '../climb/mixture/mixture.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import { objectiveWeights, type Scale } from '../climb/verification/objective.ts';
import {
  exactObservations,
  ownObservations,
  type Observation,
  type PredictorArtifact,
} from '../climb/predictor/observations.ts';
import { noiseFloor } from '../climb/predictor/noise-floor.ts';
import type { PredictorKind } from '../climb/predictor/predictor.ts';
import { lossesOn, type ProxyScore } from '../climb/verification/proxy-score.ts';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import { standingsOf } from '../climb/search/leaderboard.ts';
import type { Scored, Standing } from '../climb/search/search-state.ts';
import { ngramScores } from '../climb/ngram/ngram-scores.ts';
import type { Deps } from './deps.ts';
import { beating } from './beating.ts';
import { readPrior } from './ngram/stored-prior.ts';

export type RefitPredictorInput = {
  /** The predictor of the iteration before, with its observations. */
  readonly previous: Ref | null;
  /** The mixtures of this iteration and the score of each proxy that has one, in any order. */
  readonly mixtures?: Ref;
  readonly scored: readonly Scored[];
  readonly tasks: readonly TaskSpec[];
  /** Instead of mixtures, where the tasks changed: what was observed before stands, measured by other tasks. */
  readonly remeasured?: Remeasured;
  /** How losses of different tasks are made comparable; absent: they are as they stand. */
  readonly scale?: Scale;
  /** Absent: a Gaussian process. */
  readonly kind?: PredictorKind;
  /** The n-gram models, where the search has them: the predictor learns what they leave. */
  readonly ngram?: Ref;
};

/**
 * `columns`: where each task stands among the earlier ones. Without it `scored` has the new score of each run by the
 * SHA-256 of its earlier one; runs that have none are left out.
 */
export type Remeasured = { readonly columns?: readonly number[] };

export type RefitSummary = {
  readonly observations: number;
  readonly predictedBest: number;
  /** How tasks count from now on, where that depends on what was observed. */
  readonly taskWeights?: readonly number[];
  /** Where runs were measured anew: the best of the search's own. */
  readonly standings?: readonly Standing[];
};

/** Adds what an iteration observed and fits the predictor to all of it. */
export function refitPredictor({ store, compute, faults }: Deps) {
  return async ({
    previous,
    mixtures,
    scored,
    tasks,
    remeasured,
    scale = 'none',
    kind,
    ngram,
  }: RefitPredictorInput): Promise<Made<RefitSummary>> => {
    const before = previous === null ? [] : (await store.readJson<PredictorArtifact>(previous)).observations;
    const observations =
      remeasured === undefined
        ? [...before, ...(await observed(mixtures, scored, tasks))]
        : await measuredAnew(before, scored, tasks, remeasured);
    const taskWeights = objectiveWeights(
      tasks,
      scale,
      observations.map(({ losses }) => losses),
    );
    const runs = observations.map(({ weights }) => weights);
    const prior = ngram && (await readPrior(store, ngram));
    const predictor = await beating((_, signal) =>
      compute.run(
        'fitPredictor',
        {
          mixtures: runs,
          ...(prior && { known: ngramScores(prior, runs) }),
          noise: noiseFloor(exactObservations(observations), taskWeights),
          ...(kind && { kind }),
          scores: tasks.map((_task, at) => observations.map(({ losses }) => losses[at] as number)),
          taskWeights,
        },
        { signal },
      ),
    );
    const ref = await store.putJson({
      schema: 1,
      kind: 'predictor',
      observations,
      predictor,
    } satisfies PredictorArtifact);
    await faults.point('refit.after');
    const { mean } = believed({ predictor, ngram: prior }, runs);
    const summary = { observations: observations.length, predictedBest: lowest(mean) };
    return {
      ref,
      summary: {
        ...summary,
        ...(scale !== 'none' && { taskWeights }),
        ...(remeasured && { standings: standingsOf(ownObservations(observations), taskWeights) }),
      },
    };
  };

  /** What an iteration observed, in the order of its mixtures. */
  async function observed(mixtures: Ref | undefined, scored: readonly Scored[], tasks: readonly TaskSpec[]) {
    if (mixtures === undefined) throw new Error('neither mixtures nor runs that were measured anew');
    const { mixtures: proposed } = await store.readJson<Mixtures>(mixtures);
    const stray = scored.find(({ id }) => !proposed.some((mixture) => mixture.id === id));
    if (stray !== undefined) throw new Error(`no mixture ${stray.id} in artifact ${mixtures.sha256}`);
    return Promise.all(
      proposed.flatMap(({ id, weights }) => {
        const score = scored.find((entry) => entry.id === id)?.score;
        return score === undefined ? [] : [observe(id, weights, score, tasks)];
      }),
    );
  }

  async function measuredAnew(
    before: readonly Observation[],
    scored: readonly Scored[],
    tasks: readonly TaskSpec[],
    { columns }: Remeasured,
  ): Promise<Observation[]> {
    if (columns !== undefined) {
      return before.map((one) => ({ ...one, losses: columns.map((at) => one.losses[at] as number) }));
    }
    const scores = new Map(scored.map(({ id, score }) => [id, score]));
    return Promise.all(
      before.flatMap((one) => {
        const score = scores.get(one.score);
        return score === undefined
          ? []
          : [observe(one.id, one.weights, score, tasks).then((fresh) => ({ ...one, ...fresh }))];
      }),
    );
  }

  async function observe(id: string, weights: Mixture, score: Ref, tasks: readonly TaskSpec[]): Promise<Observation> {
    const measured = await store.readJson<ProxyScore>(score);
    return { id, weights, losses: lossesOn(measured, tasks), score: score.sha256 };
  }
}
