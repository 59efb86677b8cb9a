import { mean } from './ranks.ts';
import { inThreads } from './threads.ts';
import type { Task } from './tasks.ts';
import { readWorld } from './world.ts';

export type WorldBench = {
  readonly world: string;
  readonly batch: number;
  readonly seeds: number;
  readonly strategies: readonly string[];
  readonly threads: number;
};

/** Each is a search of its own: a published strategy scales its schedule to it. */
export const BUDGETS = [16, 32, 64, 112] as const;

/** Each strategy's regret at each budget, as the last line has it. */
export async function benchWorld({ world: file, batch, seeds, strategies, threads }: WorldBench) {
  await readWorld(file);
  const tasks = strategies.flatMap((strategy) =>
    Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
      BUDGETS.map((budget) => ({ kind: 'search' as const, strategy, budget, batch, seed })),
    ),
  );
  const regrets = await inThreads({ kind: 'world', file }, tasks satisfies Task[], threads);
  return {
    world: file,
    regret: Object.fromEntries(
      strategies.map((strategy) => [
        strategy,
        Object.fromEntries(
          BUDGETS.map((budget) => {
            const values = regrets.filter(
              (_, at) => tasks[at]!.strategy === strategy && tasks[at]!.budget === budget,
            ) as number[];
            return [budget, { mean: mean(values), worst: Math.max(...values) }];
          }),
        ),
      ]),
    ),
  };
}
