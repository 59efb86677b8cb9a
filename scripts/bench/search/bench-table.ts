import { RANKING_SUBSETS, rankingSizes } from './ranking.ts';
import { mean, summary, type TableSearch } from './ranks.ts';
import { readTable, targetsOf } from './table.ts';
import { inThreads } from './threads.ts';
import type { Task } from './tasks.ts';

export type TableBench = {
  readonly table: string;
  readonly target: string;
  readonly budget: number;
  readonly batch: number;
  readonly seeds: number;
  readonly strategies: readonly string[];
  readonly threads: number;
};

/** The predictor's rank correlations and each strategy's searches among a table's runs, as the last line has them. */
export async function benchTable({ table: folder, target, budget, batch, seeds, strategies, threads }: TableBench) {
  const table = await readTable(folder);
  const targets = targetsOf(table, target);
  const rankings = rankingSizes(table).flatMap((size) =>
    Array.from({ length: RANKING_SUBSETS }, (_, subset): Task => ({ kind: 'ranking', size, subset })),
  );
  const searches = strategies.flatMap((strategy) =>
    Array.from({ length: seeds }, (_, seed): Task => ({ kind: 'search', strategy, budget, batch, seed })),
  );
  const tasks = [...rankings, ...searches];
  const answers = await inThreads({ kind: 'table', table, targets }, tasks, threads);
  const of = <A>(keep: (task: Task) => boolean) => answers.filter((_, at) => keep(tasks[at]!)) as A[];
  return {
    table: folder,
    domains: table.domains.length,
    targets: table.targets.length,
    runs: table.train.length + table.test.length,
    predictor: Object.fromEntries(
      rankingSizes(table).map((size) => {
        const values = of<number>((task) => task.kind === 'ranking' && task.size === size);
        return [`n${size}`, { mean: mean(values), worst: Math.min(...values) }];
      }),
    ),
    search: Object.fromEntries(
      strategies.map((strategy) => [
        strategy,
        summary(of<TableSearch>((task) => task.kind === 'search' && task.strategy === strategy)),
      ]),
    ),
  };
}
