import { Command } from 'commander';
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Deps } from '../../activities/deps.ts';
import { createActivities } from '../../activities/index.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { textBytes } from '../../climb/corpus/text-size.ts';
import { sourcesOf } from '../../climb/corpus/reading.ts';
import type { BranchStart } from '../../climb/search/branch-start.ts';
import { isBranchFile } from '../../climb/spec/branch-file.ts';
import { estimateCost } from '../../climb/spec/cost.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { parseSearchFile } from '../../climb/spec/search-rules.ts';
import { costLines } from '../cost-lines.ts';
import { inspectionLines } from '../inspection-lines.ts';
import { readJson } from '../read-search-file.ts';
import { refusals } from '../refusals.ts';
import { runCommand } from '../run-command.ts';

/** `climb check FILE`: what the search would refuse, and what it would cost, before anything is started. */
export const checkCommand = new Command('check')
  .description('check a search file against its corpus, tasks and trainer, and print what the search will cost')
  .argument('<file>', 'the search file')
  .action((file: string) => runCommand(() => check(file)));

/** Text is about this much larger than its gzip, zstd or Parquet. */
const usualRatio = 3;

async function check(file: string): Promise<number> {
  const given = await readJson(file);
  const branches = isBranchFile(given);
  const input = branches ? { branch: given, search: null } : parseSearchFile(given, Date.now());
  const settings = workerSettings();
  const world = await openWorld(settings);
  const { openSearch } = createActivities({ ...world, searchAttributes: () => Promise.resolve([]) });
  const { branch, tokensPerSecond } = await refusals(() => openSearch(input));
  const spec = branch?.spec ?? (input as SearchSpec);
  console.log(`${file}: fine\n`);
  const bytes = branch === undefined ? await lookedAt(world, spec) : 0;
  if (branch !== undefined) console.log(`${branchLine(branch)}\n`);
  const cost = estimateCost(spec, { textBytes: bytes, slots: settings.trainSlots, tokensPerSecond });
  const { trainSlots: slots, home } = settings;
  const { device } = world.trainers(spec.proxy.trainer);
  console.log(costLines(spec, cost, { slots, home, freeBytes: freeBytes(home), device, tokensPerSecond }));
  return 0;
}

/**
 * Says what the beginnings of the corpus's files showed: as a whole it was looked at.
 * @returns about how many bytes of text it has
 */
async function lookedAt({ corpus }: Pick<Deps, 'corpus'>, spec: SearchSpec): Promise<number> {
  const sources = sourcesOf(spec);
  const { files, inspected } = await corpus.inspect(sources, { strict: spec.corpus.strict, least: 0 });
  for (const line of inspectionLines(inspected, sources)) console.log(`${line}\n`);
  return textBytes(files, usualRatio);
}

function branchLine({ branch: { search, iteration, shared } }: BranchStart): string {
  const what = shared === 0 ? 'its corpus and clusters' : `its ${shared} scored proxies, which cost nothing`;
  return `goes on from iteration ${iteration} of ${search}, with ${what}`;
}

function freeBytes(home: string): number {
  const { bavail, bsize } = statfsSync(existsSync(home) ? home : dirname(home));
  return bavail * bsize;
}
