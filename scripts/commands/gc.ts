import { Command } from 'commander';
import { dirname, join } from 'node:path';
import { climbHome } from '../../adapters/home.ts';
import { findGarbage, removeGarbage, type Garbage } from '../../adapters/housekeeping.ts';
import { openSearches, type OpenSearch } from '../../adapters/open-searches.ts';
import { SearchFolders } from '../../adapters/search-folders.ts';
import { connectClient, connectionSettings, NoServer } from '../../adapters/temporal-connection.ts';
import type { Stored } from '../../climb/housekeeping/sweep-plan.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

type Options = { delete?: true; olderThan: string; forget: string[]; offline?: true };

const dayMs = 24 * 3600 * 1000;

/** How far the clocks of machines that share a state folder may differ: what was used since says so by its machine's. */
const clocksApart = 10 * 60 * 1000;

/** `climb gc`: what no kept search needs, and removes it where it is told to. */
export const gcCommand = new Command('gc')
  .description('show what no kept search refers to, and with --delete remove it')
  .option('--delete', 'remove it; without this it is only shown')
  .option('--older-than <days>', 'leave what was made or used since, the last ten minutes at least', '7')
  .option('--forget <search...>', 'remove these searches too: recipe, report, snapshots', [])
  .option('--offline', 'where no Temporal server answers: no search or assignment runs')
  .action((options: Options) => runCommand(() => collect(options)));

async function collect({ delete: remove, olderThan, forget, offline }: Options): Promise<number> {
  const home = climbHome();
  const days = daysOf(olderThan);
  const answer = await searchesThatRun(home, { needed: remove === true && !offline });
  const open = answer ?? [];
  // What an activity writes stands in no history before it is done, which may take a day.
  if (remove && open.length > 0 && days < 1) {
    throw new CommandProblem(
      `${open.length} searches or assignments run (${open.map(({ search }) => search).join(', ')}), and what they write now is named nowhere yet: nothing younger than a day can be judged. Try: --older-than 1, or once they are done`,
    );
  }
  const folders = await foldersOf(home, forget, open);
  const cutoff = Date.now() - Math.max(days * dayMs, offline && answer === undefined ? 0 : clocksApart);
  const garbage = await findGarbage({ home, forget: folders, open: open.map(({ names }) => names), cutoff });
  for (const line of linesOf(garbage)) console.log(line);
  if (answer === undefined) console.log('No Temporal server answers: searches that run are not taken into account.');
  if (!remove) {
    console.log('Nothing was removed: this is what --delete would remove.');
    return 0;
  }
  await removeGarbage(home, garbage);
  console.log(`Removed from ${home}.`);
  return 0;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (text.trim() !== '' && days >= 0 && Number.isFinite(days)) return days;
  throw new CommandProblem(`--older-than takes a number of days, got "${text}". Try: --older-than 30`);
}

/**
 * What the server says, undefined where none answers.
 * @throws CommandProblem where the answer is needed
 */
async function searchesThatRun(home: string, { needed }: { needed: boolean }): Promise<OpenSearch[] | undefined> {
  try {
    const client = await connectClient(connectionSettings(home));
    try {
      return await openSearches(client);
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    if (!(error instanceof NoServer)) throw error;
    if (!needed) return undefined;
    throw new CommandProblem(
      `${error.message} Without it nobody knows which searches run, and what they need would be removed. Try: that, or --offline if none runs`,
    );
  }
}

/** @throws CommandProblem for a search that isn't kept here, or runs */
async function foldersOf(home: string, forget: readonly string[], open: readonly OpenSearch[]): Promise<string[]> {
  const searches = new SearchFolders(join(home, 'searches'));
  const kept = forget.length === 0 ? [] : await searches.list();
  for (const search of forget) {
    if (open.some((one) => one.search === search)) {
      throw new CommandProblem(
        `"${search}" runs, and writes its result where it would be forgotten. Try: temporal workflow cancel -w ${search} first`,
      );
    }
    if (!kept.includes(search)) {
      throw new CommandProblem(
        `no search "${search}" is kept in ${home} (kept are: ${kept.join(', ') || 'none'}). Try: one of those`,
      );
    }
  }
  return forget.map((search) => dirname(searches.path(search, 'recipe.json')));
}

const why: Readonly<Record<keyof Garbage, string>> = {
  searches: 'searches that are to be forgotten',
  artifacts: 'artifacts that no kept search refers to',
  entries: 'entries of the ledger that answer with such an artifact',
  runs: 'folders of trainings that nobody goes on with',
  broken: 'entries of the ledger that were not whole',
  temporary: 'temporary files of writers that were killed',
};

function linesOf(garbage: Garbage): string[] {
  const bytesOf = (stored: readonly Stored[]) => stored.reduce((sum, { bytes }) => sum + bytes, 0);
  const line = (count: number, bytes: number, what: string) =>
    `${String(count).padStart(8)}  ${`${(bytes / 1e6).toFixed(1)} MB`.padStart(12)}  ${what}`;
  const kinds = Object.entries(why) as [keyof Garbage, string][];
  const all = kinds.flatMap(([kind]) => garbage[kind] as readonly Stored[]);
  return [
    ...kinds.map(([kind, what]) => line(garbage[kind].length, bytesOf(garbage[kind]), what)),
    line(all.length, bytesOf(all), 'in all'),
  ];
}
