import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { Compute } from '../../adapters/compute.ts';
import { derive } from '../../adapters/derive.ts';
import { faultPoints } from '../../adapters/fault-points.ts';
import { Ledger } from '../../adapters/ledger.ts';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import type { CorpusShard, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import { stream } from '../../climb/random.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { specOf } from '../climb/made-search.ts';
import { madeReader, type MadeFile } from './made-reader.ts';
import { perform } from './made-world.ts';

export type Settings = {
  search?: Partial<SearchFile>;
  tasks?: Record<string, readonly object[]>;
  lines?: number;
  /** Bytes of a portion: by default each block is one. */
  most?: number;
};

export const json = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
export const texts = (...values: string[]) => json(...values.map((text) => ({ text })));

export const words = (seed: number, length: number) => {
  const draws = stream(seed, ['ingest']);
  return Array.from({ length }, () => `w${draws.integer(100_000)}`);
};

/** Ingests made corpora for the tests of the file that calls it, each test in a folder of its own. */
export function openIngestLab() {
  const compute = new Compute(2);
  const openIn = (folder: string) => ({
    store: new ArtifactStore(join(folder, 'artifacts')),
    ledger: new Ledger(join(folder, 'ledger')),
    derive,
    compute,
    faults: faultPoints,
  });
  const lab = {
    compute,
    openIn,
    root: '',
    /** What the activity is given; a test may put another in its place. */
    deps: openIn(''),

    /** Blocks become portions of their own unless a test says otherwise, so that little text lies in many shards. */
    ingest: async (files: string | readonly MadeFile[], { search, tasks = {}, lines, most = 1 }: Settings = {}) => {
      const { deps } = lab;
      const all = typeof files === 'string' ? [{ path: 'a.jsonl', content: files }] : files;
      const stored = await Promise.all(
        Object.entries(tasks).map(async ([name, items]) => ({ name, items: await deps.store.put(json(...items)) })),
      );
      const activity = ingestCorpus({ ...deps, corpus: madeReader(all, lines) }, most);
      const { corpus, clusters, embedding } = specOf(search);
      const made = await perform(activity, { corpus: { corpus, clusters, embedding }, tasks: stored });
      return { ...made, manifest: await deps.store.readJson<Manifest>(made.ref) };
    },

    documentsOf: async (shards: readonly CorpusShard[]) => {
      const parsed = await Promise.all(shards.map(async ({ ref }) => parseShard(await lab.deps.store.read(ref))));
      return parsed.flat();
    },

    textsOf: async (shards: readonly CorpusShard[]) => (await lab.documentsOf(shards)).map(({ text }) => text),
  };
  beforeEach(async () => {
    lab.root = await mkdtemp(join(tmpdir(), 'climb-ingest-'));
    lab.deps = openIn(lab.root);
  });
  afterEach(() => rm(lab.root, { recursive: true }));
  afterAll(() => compute.close());
  return lab;
}
