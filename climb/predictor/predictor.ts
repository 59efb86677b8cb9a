import { canonicalRuns, type Known, picked, type Runs } from './canonical-runs.ts';
import { fitTaskModel, type PredictorKind } from './fit-task-model.ts';
import type { Mixture } from '../mixture/mixture.ts';
import type { NoiseFloor } from './noise-floor.ts';
import { representativeRuns } from './representative-runs.ts';
import { needsKnown, posterior, type TaskModel } from './task-model.ts';

export type { Known } from './canonical-runs.ts';
export type { PredictorKind } from './fit-task-model.ts';

/** What a search believes about every mixture: one model a task, and how they combine. Plain JSON. */
export type Predictor = {
  readonly tasks: readonly TaskModel[];
  /** Sum 1, in task order. */
  readonly taskWeights: readonly number[];
  /** [task][task]: how much the tasks' predictions err together, -1 to 1, positive semi-definite. */
  readonly errorCorrelation: readonly (readonly number[])[];
};

/** Runs that a predictor learns from: more cost minutes, and hardly move a search. */
export const MOST_RUNS = 500;
/** Runs' worth of evidence that the tasks err as one: with few runs the combined uncertainty must not be understated. */
const PRIOR_RUNS = 8;

/**
 * Fits one model a task. Tasks are combined after fitting, since each has its own relevant clusters: a predictor of
 * the average has to learn the union of their length scales (on the RegMix tables per-task fits raise the rank
 * correlation for the average of 13 losses from .90 to over .97).
 *
 * Of more than 500 runs it learns from the 500 that `representativeRuns` picks, by the combined score: time grows with
 * the cube of the runs. The order of the runs doesn't matter, to the last bit: results must not depend on which proxy finished first.
 *
 * @param taskWeights >= 0, at least one positive; divided by their sum
 * @param known       what is known of the runs' mixtures beforehand: models learn the difference to a share of it,
 *                    chosen by cross-validation and possibly 0 (`knownCoefficient`)
 * @param kind        default 'gaussian-process'
 * @param noise       what repeated mixtures tell of the noise, in task order: a prior of each task's noise
 * @throws RangeError as `fitGaussianProcess`, or for scores, weights or `known` that don't match the runs or tasks.
 */
export function fitPredictor(
  request: Runs & {
    readonly taskWeights: readonly number[];
    readonly kind?: PredictorKind;
    readonly noise?: NoiseFloor | null;
  },
): Predictor {
  const all = canonicalRuns(request);
  const taskWeights = shares(request.taskWeights, all.scores.length);
  const combined = all.mixtures.map((_, run) =>
    taskWeights.reduce((sum, weight, t) => sum + weight * ((all.scores[t] as readonly number[])[run] as number), 0),
  );
  const { mixtures, scores, known } = picked(all, representativeRuns(all.mixtures, combined, MOST_RUNS));
  const { kind = 'gaussian-process', noise } = request;
  const tasks = scores.map((task, t) =>
    fitTaskModel({ mixtures, scores: task, known: known?.[t] ?? null, repeats: noise?.tasks[t] ?? null }, kind),
  );
  return { tasks, taskWeights, errorCorrelation: errorCorrelation(tasks) };
}

/**
 * The combined score of each mixture, in score units: the weighted mean over tasks, and the standard deviation of the
 * function. Tasks measured on one proxy err together: taking them as independent would promise too much certainty, as
 * fully dependent too little, so their correlation is that of the leave-one-out errors.
 *
 * @param known what is known of these mixtures beforehand; needed where the predictor `expectsKnown`
 * @throws RangeError for mixtures over another domain set or with NaN, and without `known` that is needed.
 */
export function predict(
  predictor: Predictor,
  mixtures: readonly Mixture[],
  known?: Known,
): { mean: number[]; sd: number[] } {
  const predictions = predictTasks(predictor, mixtures, known);
  return {
    mean: combineMeans(
      predictor,
      predictions.map(({ mean }) => mean),
    ),
    sd: combineSds(
      predictor,
      predictions.map(({ sd }) => sd),
    ),
  };
}

/** By task, in score units; otherwise as `predict`. */
export function predictTasks(
  predictor: Predictor,
  mixtures: readonly Mixture[],
  known?: Known,
): { mean: number[]; sd: number[] }[] {
  return predictor.tasks.map((task, t) => posterior(task).predict(mixtures, known?.[t] ?? undefined));
}

/** Whether it can't predict a mixture without what is known of it beforehand. */
export function expectsKnown(predictor: Predictor): boolean {
  return predictor.tasks.some(needsKnown);
}

/** The weighted mean over tasks of [task][mixture]. */
export function combineMeans({ taskWeights }: Predictor, means: readonly (readonly number[])[]): number[] {
  return (means[0] ?? []).map((_, i) =>
    taskWeights.reduce((sum, weight, t) => sum + weight * ((means[t] as number[])[i] as number), 0),
  );
}

/** √(Σ over task pairs of weight·weight·correlation·sd·sd), of [task][mixture]. */
export function combineSds(
  { taskWeights, errorCorrelation: correlation }: Predictor,
  sds: readonly ArrayLike<number>[],
): number[] {
  return Array.from({ length: sds[0]?.length ?? 0 }, (_, i) => {
    const parts = taskWeights.map((weight, t) => weight * ((sds[t] as ArrayLike<number>)[i] as number));
    const variance = parts.reduce(
      (sum, a, s) =>
        sum + parts.reduce((inner, b, t) => inner + a * b * ((correlation[s] as number[])[t] as number), 0),
      0,
    );
    return Math.sqrt(Math.max(0, variance));
  });
}

/** Correlation of the tasks' standardised leave-one-out errors, shrunk towards 1 by `PRIOR_RUNS`. */
function errorCorrelation(tasks: readonly TaskModel[]): number[][] {
  const errors = tasks.map((task) => {
    const byRun = posterior(task).leaveOneOut();
    const length = Math.sqrt(byRun.reduce((sum, error) => sum + error * error, 0));
    return byRun.map((error) => (length > 0 ? error / length : 0));
  });
  return errors.map((a, s) =>
    errors.map((b, t) => {
      if (s === t) return 1;
      const correlation = a.reduce((sum, error, i) => sum + error * (b[i] as number), 0);
      return (a.length * correlation + PRIOR_RUNS) / (a.length + PRIOR_RUNS);
    }),
  );
}

function shares(weights: readonly number[], tasks: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (tasks > 0 && weights.length === tasks && weights.every((w) => w >= 0) && total > 0 && total < Infinity) {
    return weights.map((weight) => weight / total);
  }
  throw new RangeError(
    `a predictor needs at least one task and a weight >= 0 for each, not all 0: got ${tasks} tasks with weights [${weights.join(', ')}]`,
  );
}
