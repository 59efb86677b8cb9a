import { type Acquisition, expectedImprovement, worth } from './acquisition.ts';
import type { Beliefs } from './belief.ts';
import type { Mixture } from './mixture.ts';
import { combineSds, type Predictor } from '../predictor/predictor.ts';
import { posterior, type Posterior } from '../predictor/task-model.ts';

/**
 * Chooses a batch greedily. After each choice the predictor is told, of that mixture, what it already believes (the
 * kriging believer of Ginsbourger, Le Riche and Carraro 2010): means stay, uncertainty near the choice shrinks, and the
 * batch spreads. Each choice costs a column of covariances a task, O(mixtures · (runs + batch)): no matrix.
 *
 * @param beliefs what is believed of each before anything is chosen
 * @param best the score to improve on; a chosen mixture that is believed to be better takes its place
 * @returns `size` mixtures by index, or all where there are fewer, in the order chosen, ties to the lower index; each with
 *          the expected improvement that it adds to those before it
 */
export function believerBatch(request: {
  readonly predictor: Predictor;
  readonly mixtures: readonly Mixture[];
  readonly beliefs: Beliefs;
  readonly acquisition: Acquisition;
  readonly best: number;
  readonly size: number;
}): { index: number; gain: number }[] {
  const { predictor, mixtures, acquisition, size } = request;
  const { mean, taskSds } = request.beliefs;
  const tasks = predictor.tasks.map((task, t) =>
    // After the last choice nobody asks.
    fantasies(
      posterior(task),
      mixtures,
      taskSds[t] as readonly number[],
      Math.max(0, Math.min(size, mixtures.length) - 1),
    ),
  );
  let best = request.best;
  const chosen: { index: number; gain: number }[] = [];
  const open = new Set(mixtures.keys());
  while (chosen.length < Math.min(size, mixtures.length)) {
    const sd = combineSds(
      predictor,
      tasks.map(({ variances }) => variances.map((variance) => Math.sqrt(Math.max(0, variance)))),
    );
    let next = -1;
    let most = -Infinity;
    for (const i of open) {
      const value = worth(acquisition, mean[i] as number, sd[i] as number, best);
      if (next < 0 || value > most) [next, most] = [i, value];
    }
    chosen.push({ index: next, gain: expectedImprovement(mean[next] as number, sd[next] as number, best) });
    open.delete(next);
    best = Math.min(best, mean[next] as number);
    tasks.forEach(({ observe }) => observe(next));
  }
  return chosen;
}

/**
 * The variances of a task's score at the mixtures, and how they shrink once one of them is observed: by the square of
 * the covariance with it over its variance and noise, a step of Cholesky's factorisation.
 *
 * @param most steps that are taken
 */
function fantasies(model: Posterior, mixtures: readonly Mixture[], sd: readonly number[], most: number) {
  const variances = Float64Array.from(sd, (value) => value * value);
  let columnOf: ReturnType<Posterior['columns']> | undefined;
  // A row a mixture: what a step reads of the earlier ones lies together.
  const steps = new Float64Array(mixtures.length * most);
  let taken = 0;
  const observe = (row: number) => {
    const variance = (variances[row] as number) + model.noiseSd ** 2;
    if (!(variance > 0) || taken === most) return;
    columnOf ??= model.columns(mixtures);
    const column = columnOf(row);
    const root = Math.sqrt(variance);
    const own = row * most;
    for (let i = 0, at = 0; i < column.length; i++, at += most) {
      let step = column[i] as number;
      for (let k = 0; k < taken; k++) step -= (steps[own + k] as number) * (steps[at + k] as number);
      step /= root;
      steps[at + taken] = step;
      variances[i] = (variances[i] as number) - step ** 2;
    }
    taken++;
  };
  return { variances, observe };
}
