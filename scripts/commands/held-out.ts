import { Command } from 'commander';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { adopt, temporaryBeside } from '../../adapters/publish.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import type { Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import { count } from '../../climb/markdown.ts';
import { destinationFile } from '../destination.ts';
import { refusals } from '../refusals.ts';
import { readSearchFile } from '../read-search-file.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

/** `climb held-out FILE --to PATH`: what a search never trains on, as a task of plain text. */
export const heldOutCommand = new Command('held-out')
  .description('write the documents that a search file holds out, ready to be a task of it')
  .argument('<file>', 'the search file, with corpus.heldOut')
  .requiredOption('--to <path>', 'JSON lines of {id, text}; replaced if it is there')
  .action((file: string, { to }: { to: string }) => runCommand(() => writeHeldOut(file, to)));

async function writeHeldOut(file: string, given: string): Promise<number> {
  const spec = await readSearchFile(file);
  const to = await destinationFile(given);
  if (spec.corpus.heldOut === 0) {
    throw new CommandProblem(
      `${file} holds nothing out (corpus.heldOut is 0), so there is nothing to write. Try: "heldOut": 0.001 in its corpus`,
    );
  }
  const world = await openWorld(workerSettings());
  const { ingestCorpus } = createActivities({ ...world, searchAttributes: () => Promise.resolve([]) });
  // Whether a document is held out depends on its hash alone, so the tasks, of which this may become one, don't matter.
  const { ref } = await refusals(() => ingestCorpus({ corpus: spec, tasks: [] }));
  const { heldOut } = await world.store.readJson<Manifest>(ref);
  const whole = temporaryBeside(to);
  try {
    await mkdir(dirname(to), { recursive: true });
    await appendFile(whole, '');
    for (const shard of heldOut?.shards ?? []) {
      const lines = parseShard(await world.store.read(shard.ref)).map(
        ({ id, text }) => `${JSON.stringify({ id, text })}\n`,
      );
      await appendFile(whole, lines.join(''));
    }
    await adopt(whole, to);
  } finally {
    await rm(whole, { force: true });
    await world.close();
  }
  console.log(`${to}: ${count(heldOut?.documents ?? 0, 'document')}, ${count(heldOut?.bytes ?? 0, 'byte')} of text`);
  return 0;
}
