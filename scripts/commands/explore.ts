import { Command, InvalidArgumentError } from 'commander';
import { basename, join, parse } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { publish } from '../../adapters/publish.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { canonicalJson } from '../../climb/content-key.ts';
import { clusterLines, explorationTable, settingWords } from '../../climb/explore/exploration-text.ts';
import { explorationPage } from '../../climb/explore/page.ts';
import type { Wanted } from '../../climb/explore/settings.ts';
import { destinationFolder } from '../destination.ts';
import { exploreSearch } from '../explore-search.ts';
import { readSearchFile } from '../read-search-file.ts';
import { runCommand } from '../run-command.ts';

/** `climb explore FILE`: what the clusters would be, for several settings, before any proxy is paid for. */
export const exploreCommand = new Command('explore')
  .description('cluster the corpus of a search file in several ways, print a table and write a page to choose from')
  .argument('<file>', 'the search file')
  .option(
    '--k <numbers>',
    "clusters of k-means, such as 64,128; by default the file's, its half and its double",
    list(2, 65_534),
  )
  .option('--thresholds <numbers>', 'merge what is nearer than this, such as 0.5,1,1.5', list(0, 1e9, Number.isFinite))
  .option('--targets <numbers>', 'merge to so many clusters, such as 8,16,32', list(2, 1000))
  .option('--to <folder>', 'where to write explore.json and explore.html; by default explore/NAME in the state folder')
  .action((file: string, options: Wanted & { to?: string }) => runCommand(() => explore(file, options)));

/** Numbers with commas between them. */
function list(least: number, most: number, kind: (value: number) => boolean = Number.isInteger) {
  return (text: string): number[] =>
    text.split(',').map((part) => {
      const value = part.trim() === '' ? NaN : Number(part);
      if (kind(value) && value >= least && value <= most && value > 0) return value;
      throw new InvalidArgumentError(
        `Got "${part}" where ${kind === Number.isInteger ? `whole numbers from ${least} to ${most}` : `numbers above ${least}`} are wanted, with commas between them.`,
      );
    });
}

async function explore(file: string, { to, ...wanted }: Wanted & { to?: string }): Promise<number> {
  const spec = await readSearchFile(file);
  const settings = workerSettings();
  const folder = await destinationFolder(to ?? join(settings.home, 'explore', parse(file).name));
  const world = await openWorld(settings);
  const started = performance.now();
  const say = (line: string) => console.error(`${seconds(performance.now() - started)}  ${line}`);
  const stages = createActivities({ ...world, searchAttributes: () => Promise.resolve([]) });
  const exploration = await exploreSearch(
    { file: basename(file), spec, wanted },
    { world, stages, say, warn: console.error },
  );

  console.log(`\n${explorationTable(exploration)}`);
  const own = exploration.rows.find((row) => row.own);
  if (own && 'figures' in own) console.log(`\n${settingWords(own)}\n${clusterLines(own, exploration.axes)}`);
  const [json, page] = [join(folder, 'explore.json'), join(folder, 'explore.html')];
  // Canonical, since what comes from the ledger has its keys in another order than what was just made.
  await publish(json, `${canonicalJson(exploration)}\n`);
  await publish(page, explorationPage(exploration));
  console.log(`\njson  ${json}\npage  ${page}`);
  if (exploration.rows.some((row) => 'figures' in row)) return 0;
  console.error('\nNo search can start from any of these settings: the lines below the table say why of each.');
  return 1;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1).padStart(7)} s`;
