import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise } from '../../../climb/mixture/mixture.ts';
import { stream } from '../../../climb/random.ts';
import type { TableRun } from '../../../scripts/bench/search/table.ts';

/** Runs whose losses fall with the weights of a few domains each, and a little noise. */
export function madeRuns(request: { domains: number; targets: number; runs: number; seed: number }): TableRun[] {
  const { domains, targets, runs, seed } = request;
  const draws = stream(seed, ['made-table']);
  return Array.from({ length: runs }, () => {
    const mixture = quantise(dirichlet(new Array<number>(domains).fill(0.5), draws));
    const losses = Array.from(
      { length: targets },
      (_, t) =>
        3 - Math.sqrt(mixture[t % domains]!) - 0.5 * Math.sqrt(mixture[(t + 1) % domains]!) + 0.01 * draws.normal(),
    );
    return { mixture, losses };
  });
}

/** The same as text: a mixture file and a loss file. */
export function asCsv(runs: readonly TableRun[]): { mixtures: string; losses: string } {
  const csv = (prefix: string, rows: readonly (readonly number[])[]) =>
    [['index', ...rows[0]!.map((_, at) => `${prefix}${at}`)], ...rows.map((row, at) => [at + 1, ...row])]
      .map((row) => row.join(','))
      .join('\n');
  return {
    mixtures: csv(
      'train_domain_',
      runs.map(({ mixture }) => mixture),
    ),
    losses: csv(
      'metric/target_',
      runs.map(({ losses }) => losses),
    ),
  };
}
