import { Command } from 'commander';
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import { textBytes } from '../../climb/corpus/text-size.ts';
import { sourcesOf } from '../../climb/corpus/reading.ts';
import { estimateCost } from '../../climb/spec/cost.ts';
import { costLines } from '../cost-lines.ts';
import { inspectionLines } from '../inspection-lines.ts';
import { readSearchFile } from '../read-search-file.ts';
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
  const spec = await readSearchFile(file);
  const settings = workerSettings();
  const world = await openWorld(settings);
  const { openSearch } = createActivities({ ...world, searchAttributes: () => Promise.resolve([]) });
  const opening = await refusals(() => openSearch(spec));
  const sources = sourcesOf(spec);
  // It was looked at as a whole: what is left to say is what the beginnings of its files showed.
  const { files, inspected } = await world.corpus.inspect(sources, { strict: spec.corpus.strict, least: 0 });
  const { tokensPerSecond } = opening;
  console.log(`${file}: fine\n`);
  for (const line of inspectionLines(inspected, sources)) console.log(`${line}\n`);
  const cost = estimateCost(spec, {
    textBytes: textBytes(files, usualRatio),
    slots: settings.trainSlots,
    tokensPerSecond,
  });
  const { trainSlots: slots, home } = settings;
  const { device } = world.trainers(spec.proxy.trainer);
  console.log(costLines(spec, cost, { slots, home, freeBytes: freeBytes(home), device, tokensPerSecond }));
  return 0;
}

function freeBytes(home: string): number {
  const { bavail, bsize } = statfsSync(existsSync(home) ? home : dirname(home));
  return bavail * bsize;
}
