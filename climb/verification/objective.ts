import type { TaskSpec } from '../spec/search-file.ts';

/** What an evaluation says of one proxy on one task. */
export type TaskScore = {
  readonly name: string;
  readonly n: number;
  readonly bitsPerByte: number;
  /** Absent where the gold choices alone were scored, null where there are none: plain texts. */
  readonly accuracy?: number | null;
  readonly accuracyNorm?: number | null;
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

/** The objective: the weighted mean of the tasks' losses, lower is better. */
export function objective(losses: readonly number[], shares: readonly number[]): number {
  return losses.reduce((sum, loss, task) => sum + loss * (shares[task] as number), 0);
}

/** Whether ranking by these tasks needs every choice scored, or the gold continuation alone. */
export function choicesNeeded(tasks: readonly TaskSpec[]): 'gold' | 'all' {
  return tasks.every(({ metric }) => metric === 'bitsPerByte') ? 'gold' : 'all';
}
