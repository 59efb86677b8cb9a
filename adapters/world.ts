import { join } from 'node:path';
import { ArtifactStore } from './artifact-store.ts';
import { Compute } from './compute.ts';
import { CorpusReader } from './corpus-reader.ts';
import { derive } from './derive.ts';
import { Ledger } from './ledger.ts';
import { RunFolders } from './run-folders.ts';
import { SearchFolders } from './search-folders.ts';
import { Speeds } from './speeds.ts';
import { TaskItems } from './task-items.ts';
import { TaskLibrary } from './task-library.ts';
import type { Trainer } from './trainer.ts';
import { TrainerProcess } from './trainer-process.ts';
import { WarmStartFiles } from './warm-start-files.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** A search file that names a trainer profile which this worker doesn't have. */
export class UnknownTrainer extends Error {
  override name = 'UnknownTrainer';
}

/** Everything outside the process that activities work with, opened once a worker. */
export async function openWorld({
  home,
  roots,
  trainers: profiles,
  taskLibrary,
  timeouts,
  queues,
  maxHistory,
}: WorkerSettings) {
  const trainers = new Map<string, TrainerProcess>();
  const compute = new Compute();
  for (const [name, profile] of Object.entries(profiles)) trainers.set(name, await TrainerProcess.open(profile));
  const store = new ArtifactStore(join(home, 'artifacts'));
  return {
    store,
    ledger: new Ledger(join(home, 'ledger')),
    derive,
    runs: new RunFolders(join(home, 'runs')),
    searches: new SearchFolders(join(home, 'searches')),
    speeds: new Speeds(join(home, 'speeds')),
    compute,
    corpus: new CorpusReader(roots),
    tasks: new TaskItems(new TaskLibrary(taskLibrary), roots),
    warmStarts: new WarmStartFiles(roots, store),
    trainers: (name: string): Trainer => {
      const trainer = trainers.get(name);
      if (trainer !== undefined) return trainer;
      throw new UnknownTrainer(
        `no trainer profile "${name}" on this worker (it has ${[...trainers.keys()].join(', ')}); a search can't name a program, only a profile that the worker's owner configured in CLIMB_TRAINERS`,
      );
    },
    timeouts,
    queues,
    maxHistory,
    /** Ends threads and the trainers that wait for work. */
    close: async (): Promise<void> => {
      await Promise.all([compute.close(), ...[...trainers.values()].map((trainer) => trainer.close())]);
    },
  };
}
