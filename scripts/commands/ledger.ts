import { Command, Option } from 'commander';
import { join, resolve } from 'node:path';
import { keptSearch, type KeptSearch } from '../../adapters/kept-searches.ts';
import { paidScores } from '../../adapters/paid-scores.ts';
import { publish } from '../../adapters/publish.ts';
import { writeTable } from '../../adapters/table-file.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { observedRuns } from '../../climb/exchange/observed-runs.ts';
import { proxyTable } from '../../climb/exchange/proxy-table.ts';
import { runTableFiles, type TableFormat } from '../../climb/exchange/run-table.ts';
import { armScores, scoredProxies } from '../../climb/exchange/scored-proxies.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import { findSearch } from '../recipe-file.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

type Options = { format: 'csv' | 'parquet' | TableFormat; out: string; search?: string[] };
type World = Awaited<ReturnType<typeof openWorld>>;

/** Files of a table of runs, as the tools call theirs. */
const fileNames = {
  regmix: { mixtures: 'train_mixture.csv', losses: 'train_loss.csv' },
  olmix: { mixtures: 'ratios.csv', losses: 'metrics.csv' },
} as const;

const exportLedger = new Command('export')
  .description('write every scored proxy of searches as a table')
  .addOption(
    new Option('--format <format>', 'csv, parquet: one row a proxy; regmix, olmix: two CSV files of one search')
      .choices(['csv', 'parquet', 'regmix', 'olmix'])
      .makeOptionMandatory(),
  )
  .requiredOption('--out <path>', 'the file, or for regmix and olmix the folder; replaced if it is there')
  .option('--search <id...>', 'these searches only, or paths of recipe.json; by default all that are kept here')
  .action((options: Options) => runCommand(() => writeLedger(options)));

/** `climb ledger export`: what was ever measured, for notebooks and for other tools. */
export const ledgerCommand = new Command('ledger')
  .description('what was ever measured, for notebooks and other tools')
  .addCommand(exportLedger);

async function writeLedger({ format, out, search }: Options): Promise<number> {
  const world = await openWorld(workerSettings());
  try {
    const searches: KeptSearch[] = [];
    for (const named of search ?? (await world.searches.list())) {
      // A folder may hold a domain set alone: a search that has just begun, or files that were assigned.
      const found = search === undefined ? await keptSearch(world, named) : await findSearch(world, named);
      if (found !== undefined) searches.push(found);
    }
    if (searches.length === 0) {
      throw new CommandProblem('no search with a score is kept here. Try: CLIMB_HOME for another state folder');
    }
    if (format === 'csv' || format === 'parquet') await writeAll(world, searches, format, out);
    else await writeRuns(searches, format, out);
    return 0;
  } finally {
    await world.close();
  }
}

async function writeAll(
  world: World,
  searches: readonly KeptSearch[],
  format: 'csv' | 'parquet',
  out: string,
): Promise<void> {
  const found = await Promise.all(
    searches.map(async (source) => ({ source, proxies: scoredProxies(source, await scoresOf(world, source)) })),
  );
  const scores = new Set(found.flatMap(({ proxies }) => proxies.map(({ score }) => score)));
  await writeTable(resolve(out), format, proxyTable(found, await paidScores(world, scores)));
  console.log(`${out}: ${scores.size} scores of ${searches.length} searches`);
}

/** @throws CommandProblem for an artifact that isn't here: rows without losses would look like proxies that failed. */
async function scoresOf({ store }: World, { search, hashes }: KeptSearch): Promise<Map<string, ProxyScore>> {
  const scores = new Map<string, ProxyScore>();
  for (const hash of armScores(hashes)) {
    const ref = await store.find(hash);
    if (ref === undefined) {
      throw new CommandProblem(
        `the score ${hash} of the search "${search}" isn't in ${store.root}. Try: CLIMB_HOME for the state folder of that search, or --search for others`,
      );
    }
    scores.set(hash, await store.readJson<ProxyScore>(ref));
  }
  return scores;
}

async function writeRuns(searches: readonly KeptSearch[], format: TableFormat, out: string): Promise<void> {
  const [source, second] = searches as [KeptSearch, ...KeptSearch[]];
  if (second !== undefined) {
    throw new CommandProblem(
      `${searches.length} searches are kept, and a ${format} table is of one: their clusters differ. Try: --search ${source.search}`,
    );
  }
  const table = observedRuns(source, format);
  const files = runTableFiles(format, table);
  const names = fileNames[format];
  await publish(resolve(out, names.mixtures), files.mixtures);
  await publish(resolve(out, names.losses), files.losses);
  console.log(`${join(out, names.mixtures)}, ${join(out, names.losses)}: ${table.runs.length} runs`);
}
