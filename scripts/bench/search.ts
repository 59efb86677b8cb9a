/**
 * `npm run bench:search`: how few runs a search needs, beside the published strategies: on a table of real runs
 * (`--table`) or in a world whose truth is known (`--world`). The last line is JSON.
 */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { CommandProblem, runCommand } from '../run-command.ts';
import { benchTable } from './search/bench-table.ts';
import { benchWorld } from './search/bench-world.ts';
import { strategies as known } from './search/strategies/index.ts';
import { tableLines, worldLines } from './search/lines.ts';

type Options = {
  table?: string;
  world?: string;
  target: string;
  budget: number;
  batch: number;
  seeds?: number;
  strategies: string[];
  threads: number;
};

const SEEDS = { table: 30, world: 20 };

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number above 0.');
  return value;
}

function budget(text: string): number {
  const value = count(text);
  // Fewer runs than the published schedule has batches leave nothing to compare.
  if (value < 4) throw new InvalidArgumentError('expected 4 runs or more.');
  return value;
}

function names(text: string): string[] {
  const wanted = [...new Set(text.split(','))];
  const unknown = wanted.find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return wanted;
  throw new InvalidArgumentError(`${unknown} is no strategy; there are ${Object.keys(known).join(', ')}.`);
}

const command = new Command('bench:search')
  .option('--table <folder>', 'real runs in RegMix’s layout: *mixture*.csv and *loss*.csv, train and, if there, test')
  .option('--target <column>', 'with --table: a loss, an unambiguous part of its name, or avg: the mean of all', 'avg')
  .option('--budget <runs>', 'with --table: runs of each search', budget, 112)
  .option('--world <file>', 'a module that scores any mixture and knows the best one; see scripts/bench/worlds')
  .option('--batch <runs>', 'runs at once of the strategies that leave it open', count, 4)
  .option(
    '--seeds <n>',
    `searches of each strategy (default: ${SEEDS.table} with --table, ${SEEDS.world} with --world)`,
    count,
  )
  .option('--strategies <names>', 'separated by commas', names, Object.keys(known))
  .option('--threads <n>', 'searches under way at once', count, availableParallelism());

await runCommand(async () => {
  const { table, world, target, seeds, ...rest } = command.parse().opts<Options>();
  if ((table === undefined) === (world === undefined)) {
    throw new CommandProblem(
      'one table or one world is measured. Try: --table ../shared/data/regmix, or --world scripts/bench/worlds/power-law.mjs',
    );
  }
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  if (table !== undefined) {
    const figures = await benchTable({ table, target, seeds: seeds ?? SEEDS.table, ...rest });
    console.log(tableLines(figures).join('\n'));
    console.log(JSON.stringify({ ...figures, seconds: seconds() }));
  } else if (world !== undefined) {
    const figures = await benchWorld({ world, seeds: seeds ?? SEEDS.world, ...rest });
    console.log(worldLines(figures).join('\n'));
    console.log(JSON.stringify({ ...figures, seconds: seconds() }));
  }
  return 0;
});
