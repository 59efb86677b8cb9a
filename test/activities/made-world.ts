import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Deps } from '../../activities/deps.ts';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Compute } from '../../adapters/compute.ts';
import { computeFunctions } from '../../adapters/compute-functions.ts';
import { CorpusReader } from '../../adapters/corpus-reader.ts';
import { derive } from '../../adapters/derive.ts';
import { EvidenceFiles } from '../../adapters/evidence-files.ts';
import { faultPoints } from '../../adapters/fault-points.ts';
import { keptSearch } from '../../adapters/kept-searches.ts';
import { Ledger } from '../../adapters/ledger.ts';
import { openNpy } from '../../adapters/npy-file.ts';
import { classifiersOf } from '../../adapters/quality-endpoint.ts';
import { RunFolders } from '../../adapters/run-folders.ts';
import { SearchFolders } from '../../adapters/search-folders.ts';
import { Speeds } from '../../adapters/speeds.ts';
import { TaskItems } from '../../adapters/task-items.ts';
import { TaskLibrary } from '../../adapters/task-library.ts';
import { TokenizerFiles } from '../../adapters/tokenizer-files.ts';
import type { Trainer, TrainerCommand, TrainerRun } from '../../adapters/trainer.ts';
import { WarmStartFiles } from '../../adapters/warm-start-files.ts';
import { UnknownTrainer } from '../../adapters/world.ts';

/** What a test's trainer was asked to do. */
export type Call = { readonly command: TrainerCommand; readonly spec: unknown; readonly out: string };

/** A trainer as a function of its spec, and all the calls it got. */
export function fakeTrainer(work: (spec: never, out: string, run: TrainerRun) => Promise<void>) {
  const calls: Call[] = [];
  const trainer: Trainer = {
    identity: { name: 'fake', version: '1', torch: 'none' },
    device: 'cpu',
    dtype: 'float32',
    members: 1,
    run: async (command, spec, out, run) => {
      calls.push({ command, spec, out });
      await mkdir(out, { recursive: true });
      await writeFile(join(out, 'spec.json'), JSON.stringify(spec));
      await work(spec as never, out, run);
    },
  };
  return { trainer, calls };
}

/** Does `work`, and the first time flips a bit of a file that it leaves, as a disk may between two attempts. */
export function spoilingOnce<Spec>(work: (spec: Spec, out: string) => Promise<void>, fileOf: (spec: Spec) => string) {
  let spoiled = false;
  return async (spec: Spec, out: string): Promise<void> => {
    await work(spec, out);
    if (spoiled) return;
    spoiled = true;
    const path = join(out, fileOf(spec));
    const bytes = await readFile(path);
    bytes[0]! ^= 1;
    await writeFile(path, bytes);
  };
}

/** The pure functions without their threads, which have tests of their own. */
const inlineCompute = {
  run: (name: keyof typeof computeFunctions, input: never) =>
    Promise.resolve((computeFunctions[name] as (input: never) => unknown)(input)),
  // Nothing is under way any more when it fails, as with threads.
  map: async <Item, Result>(items: readonly Item[], work: (item: Item, at: number) => Promise<Result>) => {
    const results = items.map(work);
    await Promise.allSettled(results);
    return Promise.all(results);
  },
} as unknown as Compute;

const noTrainer = fakeTrainer(() => Promise.reject(new Error('no trainer was expected to run'))).trainer;

/** Real stores in a folder, which is the only allowed root, and one trainer profile `default`. */
export function worldIn(folder: string, changes: Partial<Deps> & { trainer?: Trainer } = {}): Deps {
  const { trainer = noTrainer, ...deps } = changes;
  const store = new ArtifactStore(join(folder, 'artifacts'));
  const searches = new SearchFolders(join(folder, 'searches'));
  return {
    store,
    ledger: new Ledger(join(folder, 'ledger')),
    derive,
    runs: new RunFolders(join(folder, 'runs')),
    searches,
    keptSearch: (search) => keptSearch({ store, searches }, search),
    speeds: new Speeds(join(folder, 'speeds')),
    compute: inlineCompute,
    corpus: new CorpusReader([folder]),
    embedders: () => {
      throw new Error('no embedding endpoint was expected to be asked');
    },
    vectorFile: (path) => openNpy([folder], path),
    tasks: new TaskItems(new TaskLibrary(join(folder, 'library')), [folder]),
    warmStarts: new WarmStartFiles([folder], store),
    evidenceFiles: new EvidenceFiles([folder]),
    tokenizers: new TokenizerFiles([folder], store),
    trainers: (profile) => {
      if (profile !== 'default') throw new UnknownTrainer(`no trainer profile "${profile}"`);
      return trainer;
    },
    leaveDevice: () => {},
    classifiers: classifiersOf({}),
    searchAttributes: () => Promise.resolve(['ClimbPhase']),
    timeouts: { heartbeat: 20, retryInitial: 1, retryMaximum: 60 },
    queues: { cpu: 'climb-cpu', train: 'climb-train' },
    maxHistory: 7500,
    faults: faultPoints,
    ...deps,
  };
}

let activities = 0;

/**
 * The context that a worker gives an activity, another one for each first attempt; a later attempt is one at the latest.
 * What the SDK logs about failures that a test wants is dropped.
 */
export function contextOf(attempt = 1): MockActivityEnvironment {
  if (attempt === 1) activities += 1;
  const info = { attempt, activityId: `activity-${activities}` };
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR', () => {}) });
}

/** Runs an activity as a worker would, on its first attempt or a later one. */
export function perform<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
  attempt = 1,
): Promise<Output> {
  return contextOf(attempt).run(activity, input);
}

/** The failure with which an activity ends. */
export async function failureOf(activity: Promise<unknown>): Promise<ApplicationFailure> {
  const failure = await activity.catch((error: unknown) => error);
  if (failure instanceof ApplicationFailure) return failure;
  throw new Error(`expected an ApplicationFailure, got ${String(failure)}`);
}
