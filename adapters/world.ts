import { join } from 'node:path';
import { ArtifactStore } from './artifact-store.ts';
import { Compute } from './compute.ts';
import { CorpusReader } from './corpus-reader.ts';
import { derive } from './derive.ts';
import { Embedders, type ServedEmbedding } from './embedders.ts';
import { EvidenceFiles } from './evidence-files.ts';
import { faultPoints } from './fault-points.ts';
import { keptSearch } from './kept-searches.ts';
import { Ledger } from './ledger.ts';
import { openNpy } from './npy-file.ts';
import { classifiersOf } from './quality-endpoint.ts';
import { RunFolders } from './run-folders.ts';
import { SearchFolders } from './search-folders.ts';
import { Speeds } from './speeds.ts';
import { TaskItems } from './task-items.ts';
import { TaskLibrary } from './task-library.ts';
import { TokenizerFiles } from './tokenizer-files.ts';
import { TrainerFailure, type Trainer } from './trainer.ts';
import { TrainerProcess } from './trainer-process.ts';
import { WarmStartFiles } from './warm-start-files.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** A search file that names a trainer profile which this worker doesn't have, or can't run. */
export class UnknownTrainer extends Error {
  override name = 'UnknownTrainer';
}

/** Everything outside the process that activities work with, opened once a worker. */
export async function openWorld({
  home,
  roots,
  trainers: profiles,
  endpoints,
  taskLibrary,
  timeouts,
  queues,
  maxHistory,
}: WorkerSettings) {
  const trainers = new Map<string, TrainerProcess>();
  /** Why profiles can't be used: the others can, so a worker starts without them. */
  const unusable = new Map<string, string>();
  const compute = new Compute();
  for (const [name, profile] of Object.entries(profiles)) {
    try {
      trainers.set(name, await TrainerProcess.open(profile));
    } catch (error) {
      if (!(error instanceof TrainerFailure)) throw error;
      unusable.set(name, error.message);
    }
  }
  const embedders = new Embedders(endpoints);
  const store = new ArtifactStore(join(home, 'artifacts'));
  const searches = new SearchFolders(join(home, 'searches'));
  return {
    store,
    ledger: new Ledger(join(home, 'ledger')),
    derive,
    runs: new RunFolders(join(home, 'runs')),
    searches,
    keptSearch: (search: string) => keptSearch({ store, searches }, search),
    speeds: new Speeds(join(home, 'speeds')),
    compute,
    corpus: new CorpusReader(roots),
    embedders: (embedding: ServedEmbedding) => embedders.of(embedding),
    classifiers: classifiersOf(endpoints),
    vectorFile: (path: string) => openNpy(roots, path),
    tasks: new TaskItems(new TaskLibrary(taskLibrary), roots),
    warmStarts: new WarmStartFiles(roots, store),
    evidenceFiles: new EvidenceFiles(roots),
    tokenizers: new TokenizerFiles(roots, store),
    trainers: (name: string): Trainer => {
      const trainer = trainers.get(name);
      if (trainer !== undefined) return trainer;
      const fault = unusable.get(name);
      if (fault !== undefined) {
        throw new UnknownTrainer(
          `the trainer profile "${name}" can't be used on this worker: ${fault}; correct its command and env in CLIMB_TRAINERS, or leave its command out for Climb's own trainer, and start the worker again`,
        );
      }
      throw new UnknownTrainer(
        `no trainer profile "${name}" on this worker (it has ${[...trainers.keys()].join(', ')}); a search can't name a program, only a profile that the worker's owner configured in CLIMB_TRAINERS`,
      );
    },
    // Only a worker hands out devices.
    leaveDevice: () => {},
    timeouts,
    queues,
    maxHistory,
    faults: faultPoints,
    /** Ends threads and the trainers that wait for work. */
    close: async (): Promise<void> => {
      await Promise.all([compute.close(), ...[...trainers.values()].map((trainer) => trainer.close())]);
    },
  };
}
