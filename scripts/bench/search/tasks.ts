import { rankingOf } from './ranking.ts';
import { judge, type TableSearch } from './ranks.ts';
import { strategies } from './strategies/index.ts';
import { pooled, type Table } from './table.ts';
import { tableProblem } from './table-problem.ts';
import { readWorld, regretIn, worldProblem } from './world.ts';

/** What all threads of one bench know. */
export type Setting =
  | { readonly kind: 'table'; readonly table: Table; readonly targets: readonly number[] }
  | { readonly kind: 'world'; readonly file: string };

/** One piece of work for a thread. */
export type Task =
  | { readonly kind: 'ranking'; readonly size: number; readonly subset: number }
  | {
      readonly kind: 'search';
      readonly strategy: string;
      readonly budget: number;
      readonly batch: number;
      readonly seed: number;
    };

/** Makes a setting ready: the answers are a rank correlation, a search's ranks, or its regret. */
export async function worker(setting: Setting): Promise<(task: Task) => number | TableSearch> {
  if (setting.kind === 'world') {
    const world = await readWorld(setting.file);
    let last: { seed: number; problem: ReturnType<typeof worldProblem> } | undefined;
    return (task) => {
      if (task.kind !== 'search') throw new RangeError('a world has no runs to rank');
      // The published strategies' candidates are drawn once a problem.
      if (last?.seed !== task.seed) last = { seed: task.seed, problem: worldProblem(world, task.seed) };
      return regretIn(world, strategies[task.strategy]!(last.problem, task).recommended);
    };
  }
  const { table, targets } = setting;
  const problem = tableProblem(pooled(table), targets);
  return (task) => {
    if (task.kind === 'ranking') return rankingOf(table, targets, task);
    return judge(strategies[task.strategy]!(problem, task), problem.mixtures, problem.objective);
  };
}
