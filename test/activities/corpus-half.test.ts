import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { Compute } from '../../adapters/compute.ts';
import { Ledger } from '../../adapters/ledger.ts';
import type { Deps } from '../../activities/deps.ts';
import { clusterCorpus } from '../../activities/cluster-corpus.ts';
import { embedCorpus } from '../../activities/embed-corpus.ts';
import { ingestCorpus } from '../../activities/ingest-corpus.ts';
import { mergeClusters } from '../../activities/merge-clusters.ts';
import type { Made, Ref } from '../../climb/artifact.ts';
import type { Clusters, DomainSet, Manifest, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard } from '../../climb/corpus/corpus-shard.ts';
import { float32Of, uint16Of } from '../../climb/corpus/little-endian.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { stream } from '../../climb/random.ts';
import { specOf } from '../climb/made-search.ts';
import { worldIn } from './made-world.ts';

const compute = new Compute(2);
afterAll(() => compute.close());

let root: string;
let deps: Deps;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-corpus-half-'));
  deps = worldIn(root, { compute });
});
afterEach(() => rm(root, { recursive: true }));

/** Without the log: most of the failures here are wanted. */
const environment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> =>
  environment().run(activity, input);

/** Topics with words of their own: what any embedding must tell apart. */
const topics = {
  sea: 'whale ship harpoon captain sail deck',
  kitchen: 'bread oven flour butter yeast dough',
  court: 'judge appeal jury verdict lawyer trial',
  sky: 'planet comet orbit telescope galaxy moon',
};
const documents = Array.from({ length: 240 }, (_, i) => {
  const domain = (['sea', 'kitchen', 'court', 'sky'] as const)[i % 4]!;
  const draws = stream(i, ['document']);
  const words = topics[domain].split(' ');
  return { text: Array.from({ length: 20 }, () => words[draws.integer(6)]).join(' '), domain };
});
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

async function ingested(content = lines(documents), more: Partial<SearchFile['corpus']> = {}) {
  await writeFile(join(root, 'corpus.jsonl'), content);
  const { corpus, clusters, embedding } = specOf({ corpus: { path: 'corpus.jsonl', labelField: 'domain', ...more } });
  return run(ingestCorpus(deps), { corpus: { corpus, clusters, embedding }, tasks: [] });
}
const embed = (manifest: Ref, seed = 1) =>
  run(embedCorpus(deps), { manifest, embedding: { kind: 'lsa', dimensions: 8 }, seed });
const cluster = (vectors: Ref, initial = 8) => run(clusterCorpus(deps), { vectors, clusters: { initial }, seed: 1 });
const merge = (manifest: Ref, clusters: Ref, target = 4, minimumTokens = 1) =>
  run(mergeClusters(deps), {
    manifest,
    clusters,
    merge: { method: 'ward', target, threshold: null, weighted: false, minimumTokens },
    seed: 1,
  });

describe('from text to a domain set', () => {
  test('the domains that were put in come out', async () => {
    const { ref: manifest, summary: read } = await ingested();
    expect(read).toMatchObject({ documents: 240, duplicates: 0, bad: 0 });
    const vectors = await embed(manifest);
    const clusters = await cluster(vectors.ref);
    const merged = await merge(manifest, clusters.ref);
    expect(merged.summary).toMatchObject({ clusters: 4, nmi: 1 });

    const domainSet = await deps.store.readJson<DomainSet>(merged.ref);
    const assignment = uint16Of(await deps.store.read(domainSet.assignment));
    expect(domainSet.clusters.map((found) => found.cluster)).toEqual(['c0000', 'c0001', 'c0002', 'c0003']);
    domainSet.clusters.forEach((found, index) => {
      const members = documents.filter((_, i) => assignment[i] === index);
      const words = topics[members[0]!.domain].split(' ');
      expect(found.documents).toBe(members.length);
      expect(found.bytes).toBe(members.reduce((sum, { text }) => sum + text.length, 0));
      expect(found.label.split(', ').every((word) => words.includes(word))).toBe(true);
      expect(found.examples).toHaveLength(3);
    });
    const { k, sizes, assignment: initial } = await deps.store.readJson<Clusters>(clusters.ref);
    expect(domainSet.map).toHaveLength(k);
    expect([...uint16Of(await deps.store.read(initial))].map((old) => domainSet.map[old])).toEqual([...assignment]);
    expect(sizes.reduce((a, b) => a + b)).toBe(240);
  });

  test('the same corpus gives the same artifacts on another machine', async () => {
    const all = async (): Promise<Made<unknown>[]> => {
      const read = await ingested();
      const vectors = await embed(read.ref);
      const clusters = await cluster(vectors.ref);
      return [read, vectors, clusters, await merge(read.ref, clusters.ref)];
    };
    const first = await all();
    const store = new ArtifactStore(join(root, 'elsewhere'));
    deps = { ...deps, store, ledger: new Ledger(join(root, 'other-ledger')) };
    expect(await all()).toEqual(first);
  });
});

describe('ingestCorpus', () => {
  test('reads files as they lie there', async () => {
    const { ref, summary } = await ingested(`\ufeff{"text":"b"}\r\noops\n\n{"text":"a","domain":"x"}\n{"text":"b"}`);
    expect(summary).toMatchObject({ documents: 2, bytes: 2, duplicates: 1, bad: 1 });
    const manifest = await deps.store.readJson<Manifest>(ref);
    expect(manifest.bad).toEqual([{ file: 'corpus.jsonl', line: 2, reason: 'not JSON' }]);
    expect(manifest.files).toMatchObject([{ path: 'corpus.jsonl', documents: 3, bad: 1 }]);
    const shard = parseShard(await deps.store.read(manifest.shards[0]!.ref));
    expect(shard.map(({ text, label }) => [text, label])).toEqual([
      ['b', undefined],
      ['a', 'x'],
    ]);
  });

  test('a big corpus lies in several shards, which together are the whole', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => ({ text: `${i} ${'word '.repeat(200_000)}` }));
    const { ref, summary } = await ingested(lines(texts), { maxCharacters: 10_000_000 });
    const { shards } = await deps.store.readJson<Manifest>(ref);
    expect(shards.map((shard) => shard.documents)).toEqual([15, 15, 10]);
    expect(shards.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(summary.bytes);
  });

  test('a missing path ends the search', async () => {
    await expect(ingested('', { path: 'missing.jsonl' })).rejects.toMatchObject({
      name: 'ApplicationFailure',
      type: 'BadCorpus',
      nonRetryable: true,
      message: expect.stringContaining("can't open"),
    });
  });
});

describe('embedCorpus', () => {
  test('a vector of unit length for every document', async () => {
    const { ref } = await embed((await ingested()).ref);
    const { count, dimensions, vectors } = await deps.store.readJson<Vectors>(ref);
    const values = float32Of(await deps.store.read(vectors));
    expect([count, values.length]).toEqual([240, 240 * dimensions]);
    for (let from = 0; from < values.length; from += dimensions) {
      expect(values.subarray(from, from + dimensions).reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
    }
  });

  test('a retry embeds only the shards that were not done', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => ({ text: `${'word '.repeat(199_000)} ${documents[i]!.text}` }));
    const { ref } = await ingested(lines(texts), { maxCharacters: 10_000_000 });
    const embedded: string[] = [];
    const flaky = (fail: boolean): Compute =>
      Object.assign(new Compute(1), {
        run: (name: Parameters<Compute['run']>[0], ...rest: [never, never]) => {
          if (name === 'embedShard' && embedded.push(name) === 3 && fail) return Promise.reject(new Error('power cut'));
          return compute.run(name, ...rest);
        },
      });
    const attempt = (fail: boolean) =>
      run(embedCorpus({ ...deps, compute: flaky(fail) }), {
        manifest: ref,
        embedding: { kind: 'lsa', dimensions: 4 },
        seed: 1,
      });
    await expect(attempt(true)).rejects.toThrow('power cut');
    await attempt(false);
    expect(embedded).toHaveLength(4);
  });

  test('a corpus without words ends the search', async () => {
    const { ref } = await ingested(lines([{ text: '1 2 3' }, { text: '4 5 6' }]));
    await expect(embed(ref)).rejects.toMatchObject({ type: 'BadCorpus', nonRetryable: true });
  });
});

describe('clusterCorpus', () => {
  test('more clusters than documents ends the search', async () => {
    const { ref } = await embed((await ingested()).ref);
    await expect(cluster(ref, 241)).rejects.toMatchObject({
      type: 'BadCorpus',
      nonRetryable: true,
      message: expect.stringContaining('clusters.initial is 241, but the corpus has 240 documents'),
    });
    expect((await cluster(ref, 240)).summary.clusters).toBeGreaterThan(100);
  });

  test('vectors that are not what they were are not used', async () => {
    const { ref } = await embed((await ingested()).ref);
    const { vectors } = await deps.store.readJson<Vectors>(ref);
    await writeFile(deps.store.path(vectors), Buffer.alloc(vectors.bytes));
    await expect(cluster(ref)).rejects.toMatchObject({ name: 'BrokenArtifact' });
  });

  test('cancelling ends the work', async () => {
    const { ref } = await embed((await ingested()).ref);
    const cancelled = environment();
    cancelled.cancel();
    await expect(
      cancelled.run(clusterCorpus(deps), { vectors: ref, clusters: { initial: 4 }, seed: 1 }),
    ).rejects.toMatchObject({ name: 'CancelledFailure' });
  });
});

describe('mergeClusters', () => {
  const found = async () => {
    const { ref } = await ingested();
    return [ref, (await cluster((await embed(ref)).ref)).ref] as const;
  };

  test('when a single cluster would be left the search ends', async () => {
    const [manifest, clusters] = await found();
    await expect(merge(manifest, clusters, 4, 1e9)).rejects.toMatchObject({
      type: 'BadCorpus',
      nonRetryable: true,
      message: expect.stringContaining('one cluster is left of 8'),
    });
  });

  test('small clusters join, and the summary stays small', async () => {
    const [manifest, clusters] = await found();
    const { summary } = await merge(manifest, clusters, 100, 1);
    expect(summary.clusters).toBe(8);
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(1024);
    expect((await merge(manifest, clusters, 100, 2000)).summary.clusters).toBeLessThan(5);
  });

  test('without labels there is no figure for them', async () => {
    const { ref } = await ingested(lines(documents), { labelField: undefined });
    const clusters = await cluster((await embed(ref)).ref);
    expect((await merge(ref, clusters.ref)).summary.nmi).toBeNull();
  });
});
