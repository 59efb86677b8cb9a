import { Command } from 'commander';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { compareSearches } from '../../climb/comparison/compared-searches.ts';
import { comparedLines } from '../compared-lines.ts';
import { comparedSide } from '../compared-side.ts';
import { findSearch } from '../recipe-file.ts';
import { runCommand } from '../run-command.ts';

/** `climb compare A B`: two searches beside one another, from what is kept of them; no server is asked. */
export const compareCommand = new Command('compare')
  .description('two searches beside one another: files, weights, verdicts, scores, cost, ancestry')
  .argument('<a>', 'a search by its workflow id, or the path of its recipe.json; one that runs is taken as it stands')
  .argument('<b>', 'the other')
  .option('--json', 'all of it as JSON')
  .action((a: string, b: string, { json }: { json?: true }) => runCommand(() => compare([a, b], json === true)));

async function compare(named: readonly [string, string], json: boolean): Promise<number> {
  const world = await openWorld(workerSettings());
  try {
    const [a, b] = [await findSearch(world, named[0]), await findSearch(world, named[1])];
    const compared = compareSearches(await comparedSide(world, a), await comparedSide(world, b));
    console.log(json ? JSON.stringify(compared, null, 2) : comparedLines(compared));
    return 0;
  } finally {
    await world.close();
  }
}
