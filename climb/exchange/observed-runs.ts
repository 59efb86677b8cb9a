import { ownObservations } from '../predictor/observations.ts';
import { taskLabel } from '../verification/objective.ts';
import type { RunTable, TableFormat } from './run-table.ts';
import type { SearchEvidence } from './scored-proxies.ts';

/**
 * The proxies of a search's iterations as a table of runs: those of the verification are means for other purposes, and
 * would weigh their mixtures more. RegMix numbers its runs and prefixes its columns; Olmix takes any name.
 */
export function observedRuns(
  { spec, clusters, observations }: Pick<SearchEvidence, 'spec' | 'clusters' | 'observations'>,
  format: TableFormat,
): RunTable {
  const regmix = format === 'regmix';
  return {
    domains: clusters.map(({ cluster }) => (regmix ? `train_${cluster}` : cluster)),
    targets: spec.tasks.map((task) => (regmix ? `metric/${taskLabel(task)}` : taskLabel(task))),
    runs: ownObservations(observations).map(({ id, weights, losses }, at) => ({
      id: regmix ? String(at + 1) : id,
      weights,
      losses,
    })),
  };
}
