import type { SearchSpec, TaskSpec } from '../spec/search-file.ts';

/** What an evaluation says of one proxy on one task. */
export type TaskScore = {
  readonly name: string;
  readonly n: number;
  readonly bitsPerByte: number;
  /** Absent where the gold choices alone were scored, null where there are none: plain texts. */
  readonly accuracy?: number | null;
  readonly accuracyNorm?: number | null;
  /** Right choice less the best wrong one, nats a byte of the choice; absent or null as above. */
  readonly margin?: number | null;
};

/** The name under which a task is evaluated and shown: unique over the searched and the report tasks. */
export function taskLabel({ name, split }: Pick<TaskSpec, 'name' | 'split'>): string {
  return split === 'validation' ? name : `${name} (${split})`;
}

/**
 * A task's score by its metric, turned so that lower is better: bits per byte as it is, an accuracy as error rate.
 * @throws RangeError when the evaluation lacks the metric.
 */
export function lossOf(score: TaskScore, metric: TaskSpec['metric']): number {
  const value = score[metric] ?? undefined;
  if (value === undefined)
    throw new RangeError(
      `task ${score.name} was evaluated without ${metric}; evaluate it with all choices, or use bitsPerByte for plain texts`,
    );
  return metric === 'bitsPerByte' ? value : 1 - value;
}

/** Task weights as shares that add up to 1, in the order of the tasks. */
export function taskShares(tasks: readonly TaskSpec[]): number[] {
  const sum = tasks.reduce((total, { weight }) => total + weight, 0);
  return tasks.map(({ weight }) => weight / sum);
}

/** A task whose losses differ by no more than rounding does, relative to their size, is constant. */
const constantSpread = 1e-9;

/**
 * What each task's loss is multiplied by in the objective, sum 1: its share, and with `z-score` its share over the
 * standard deviation of its loss over the observed proxies. That ranks mixtures as the weighted mean of z-scores does:
 * subtracting each task's mean moves all of them alike. The deviation holds what mixtures do and what chance does, so
 * that a task which is all noise counts as much as its weight says, no less.
 *
 * A task whose loss is the same in every proxy can rank nothing: it counts 0, unless all are so. Fewer than two proxies
 * have no spread: shares alone.
 *
 * @param losses [proxy][task]
 */
export function objectiveWeights(
  tasks: readonly TaskSpec[],
  scale: Scale,
  losses: readonly (readonly number[])[],
): number[] {
  const shares = taskShares(tasks);
  if (scale === 'none' || losses.length < 2) return shares;
  const scaled = shares.map((share, task) => {
    const values = losses.map((run) => run[task] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    return spread <= constantSpread * Math.abs(mean) ? 0 : share / spread;
  });
  const total = scaled.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? shares : scaled.map((weight) => weight / total);
}

/** How losses of different tasks are made comparable. */
export type Scale = NonNullable<SearchSpec['objective']>['scale'];

/** The scale of a search; those begun before there was a choice have none. */
export const scaleOf = ({ objective }: Pick<SearchSpec, 'objective'>): Scale => objective?.scale ?? 'none';

/** The objective: the weighted mean of the tasks' losses, lower is better. */
export function objective(losses: readonly number[], shares: readonly number[]): number {
  return losses.reduce((sum, loss, task) => sum + loss * (shares[task] as number), 0);
}

/** Whether ranking by these tasks needs every choice scored, or the gold continuation alone. */
export function choicesNeeded(tasks: readonly TaskSpec[]): 'gold' | 'all' {
  return tasks.every(({ metric }) => metric === 'bitsPerByte') ? 'gold' : 'all';
}
