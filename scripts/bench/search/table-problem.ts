import { type Mixture, mixtureKey, uniform } from '../../../climb/mixture/mixture.ts';
import type { Problem } from './problem.ts';
import type { TableRun } from './table.ts';

export type TableProblem = Problem & {
  readonly mixtures: readonly Mixture[];
  /** The mean of the targets, of each mixture. */
  readonly objective: readonly number[];
};

/**
 * A search among a table's runs: running a mixture looks its losses up. RegMix's layout has no natural proportions: the
 * mean of the mixtures stands for them, since those were drawn around them.
 *
 * @param runs distinct mixtures
 * @param targets indices of the losses that are averaged
 */
export function tableProblem(runs: readonly TableRun[], targets: readonly number[]): TableProblem {
  const mixtures = runs.map(({ mixture }) => mixture);
  const losses = new Map(runs.map((run) => [mixtureKey(run.mixture), targets.map((t) => run.losses[t]!)]));
  const domains = mixtures[0]?.length ?? 0;
  return {
    prior: uniform(domains).map((_, j) => mixtures.reduce((sum, mixture) => sum + mixture[j]!, 0) / mixtures.length),
    taskWeights: targets.map(() => 1 / targets.length),
    mixtures,
    objective: runs.map((run) => targets.reduce((sum, t) => sum + run.losses[t]! / targets.length, 0)),
    run: (mixture) => losses.get(mixtureKey(mixture))!,
  };
}
