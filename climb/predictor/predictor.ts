import { fitGaussianProcess } from './gaussian-process-fit.ts';
import { type GaussianProcess, posterior } from './gaussian-process.ts';
import type { Mixture } from '../mixture/mixture.ts';

/** What a search believes about every mixture: one Gaussian process a task, and how they combine. Plain JSON. */
export type Predictor = {
  readonly tasks: readonly GaussianProcess[];
  /** Sum 1, in task order. */
  readonly taskWeights: readonly number[];
  /** [task][task]: how much the tasks' predictions err together, -1 to 1, positive semi-definite. */
  readonly errorCorrelation: readonly (readonly number[])[];
};

/** Runs' worth of evidence that the tasks err as one: with few runs the combined uncertainty must not be understated. */
const PRIOR_RUNS = 8;

/**
 * Fits one Gaussian process a task. Tasks are combined after fitting, since each has its own relevant clusters: a
 * predictor of the average has to learn the union of their length scales (on the RegMix tables per-task fits raise
 * the rank correlation for the average of 13 losses from .90 to over .97).
 *
 * @param mixtures    one a run
 * @param scores      [task][run], lower is better
 * @param taskWeights >= 0, at least one positive; divided by their sum
 * The order of the runs doesn't matter, to the last bit: results must not depend on which proxy finished first.
 *
 * @throws RangeError as `fitGaussianProcess`, or for scores or weights that don't match the runs or tasks.
 */
export function fitPredictor(data: {
  readonly mixtures: readonly Mixture[];
  readonly scores: readonly (readonly number[])[];
  readonly taskWeights: readonly number[];
}): Predictor {
  const { mixtures, scores } = canonicalOrder(data);
  const taskWeights = shares(data.taskWeights, scores.length);
  const tasks = scores.map((taskScores) => fitGaussianProcess({ mixtures, scores: taskScores }));
  return { tasks, taskWeights, errorCorrelation: errorCorrelation(tasks) };
}

/**
 * The combined score of each mixture, in score units: the weighted mean over tasks, and the standard deviation of the
 * function. Tasks measured on one proxy err together: taking them as independent would promise too much certainty, as
 * fully dependent too little, so their correlation is that of the leave-one-out errors.
 */
export function predict(predictor: Predictor, mixtures: readonly Mixture[]): { mean: number[]; sd: number[] } {
  const predictions = predictor.tasks.map((task) => posterior(task).predict(mixtures));
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
function errorCorrelation(tasks: readonly GaussianProcess[]): number[][] {
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

type Runs = { readonly mixtures: readonly Mixture[]; readonly scores: readonly (readonly number[])[] };

/** Runs sorted by weights, then by scores. */
function canonicalOrder({ mixtures, scores }: Runs): Runs {
  const ragged = scores.find((task) => task.length !== mixtures.length);
  if (ragged !== undefined) {
    throw new RangeError(
      `a predictor needs a score of each run for each task: got ${ragged.length} for ${mixtures.length} runs`,
    );
  }
  const rows = mixtures.map((mixture, run) => [...mixture, ...scores.map((task) => task[run] as number)]);
  const order = rows
    .map((_, i) => i)
    .sort((a, b) => {
      const [left, right] = [rows[a] as number[], rows[b] as number[]];
      const at = left.findIndex((value, k) => value !== right[k]);
      return at < 0 ? 0 : (left[at] as number) - (right[at] as number);
    });
  return {
    mixtures: order.map((i) => mixtures[i] as Mixture),
    scores: scores.map((task) => order.map((i) => task[i] as number)),
  };
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
