import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { mergeClusters, type MergeClustersInput } from '../../activities/merge-clusters.ts';
import { Compute } from '../../adapters/compute.ts';
import { noCluster, type Clusters, type DomainSet, type QualityScores } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf, uint16Of } from '../../climb/corpus/little-endian.ts';
import { scratch } from '../adapters/scratch.ts';
import { storedManifest } from './made-manifest.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;

/** Four clusters on a line, at 0, 1, 10 and 11; five documents each, in two shards. */
const words = ['whale ship', 'harpoon sail', 'oven bread', 'flour dough'];
const assignment = Uint16Array.from({ length: 20 }, (_, at) => at % 4);
const documents = [...assignment].map((cluster, at) => ({
  text: `${words[cluster]} ${at}`,
  label: cluster < 2 ? 'sea' : 'kitchen',
}));

type Changes = Partial<Omit<MergeClustersInput, 'merge' | 'quality'>> & {
  merge?: Partial<MergeClustersInput['merge']>;
  scores?: readonly (readonly number[])[];
};

async function world(given: readonly { text: string; label?: string }[] = documents) {
  const deps = worldIn(join(root, String(worlds++)));
  const compute = Object.assign(Object.create(deps.compute) as Compute, {
    map: async <Item, Result>(items: readonly Item[], work: (item: Item, at: number) => Promise<Result>) =>
      Promise.all(items.map(work)),
  });
  const { store } = deps;
  const shards = [given.slice(0, 8), given.slice(8)];
  const manifest = await storedManifest(store, shards);
  const found: Clusters = {
    schema: 1,
    kind: 'clusters',
    k: 4,
    dimensions: 1,
    centroids: await store.put(bytesOf(Float32Array.of(0, 1, 10, 11))),
    model: await store.putJson({ schema: 1, kind: 'precomputed-model', dimensions: 1 }),
    assignment: await store.put(bytesOf(assignment)),
    sizes: [5, 5, 5, 5],
    inertia: 1,
  };
  const clusters = await store.putJson(found);
  const scored = async (rows: readonly (readonly number[])[]) => {
    const parts = [rows.slice(0, 8), rows.slice(8)];
    const artifact: QualityScores = {
      schema: 1,
      kind: 'quality-scores',
      axes: ['style', 'ads'],
      shards: await Promise.all(
        parts.map(async (part) => ({
          scores: await store.put(bytesOf(Float32Array.from(part.flat()))),
          kinds: await store.put(new Uint8Array(part.length)),
        })),
      ),
    };
    return store.putJson(artifact);
  };
  const merge = async ({ merge: rules, scores, ...more }: Changes = {}) => {
    const made = await perform(mergeClusters({ ...deps, compute }), {
      manifest,
      clusters,
      seed: 1,
      ...(scores && { quality: await scored(scores) }),
      ...more,
      merge: {
        method: 'ward',
        target: 2,
        threshold: null,
        weighted: false,
        minimumTokens: 0,
        ...rules,
      } as MergeClustersInput['merge'],
    });
    const domainSet = await store.readJson<DomainSet>(made.ref);
    return { ...made, domainSet, merged: uint16Of(await store.read(domainSet.assignment)) };
  };
  return { merge, clusters };
}

test('two domains out of four clusters, each with its documents, bytes and terms', async () => {
  const { merge, clusters } = await world();
  const { domainSet, merged, summary } = await merge();
  expect(domainSet).toMatchObject({
    schema: 2,
    map: [0, 0, 1, 1],
    dropped: [],
    origin: { kind: 'clusters', clusters },
  });
  expect([...merged]).toEqual([...assignment].map((cluster) => (cluster < 2 ? 0 : 1)));
  expect(summary).toMatchObject({ clusters: 2, dropped: 0, nmi: 1 });
  domainSet.clusters.forEach(({ cluster, documents: count, bytes, terms, quality }, at) => {
    const members = documents.filter((_, document) => merged[document] === at);
    expect([cluster, count]).toEqual([`c000${at}`, 10]);
    expect(bytes).toBe(members.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
    expect(new Set(terms)).toEqual(
      new Set(
        words
          .slice(2 * at, 2 * at + 2)
          .join(' ')
          .split(' '),
      ),
    );
    expect(quality).toBeUndefined();
  });
});

test('a threshold instead of a target, and another map from the same clusters', async () => {
  const { merge } = await world();
  const maps = [];
  for (const threshold of [0.5, 1.5, 5]) {
    maps.push((await merge({ merge: { target: null, threshold } })).domainSet.map);
  }
  expect(maps).toEqual([
    [0, 1, 2, 3],
    [0, 0, 1, 1],
    [0, 0, 1, 1],
  ]);
});

/** Style by cluster; ads apply to the first two alone. */
const scores = [...assignment].map((cluster) => [[4, 2, 3, 1][cluster]!, cluster < 2 ? 3 : NaN]);

test('means by cluster; without thresholds nothing is dropped', async () => {
  const { merge } = await world();
  const { domainSet, summary } = await merge({ scores });
  expect(domainSet.clusters.map(({ quality }) => quality)).toEqual([
    { style: { mean: 3, documents: 10 }, ads: { mean: 3, documents: 10 } },
    { style: { mean: 2, documents: 10 }, ads: { mean: null, documents: 0 } },
  ]);
  expect(summary.dropped).toBe(0);
});

test('clusters under a threshold are dropped, by name and reason, and their documents are in no cluster', async () => {
  const { merge } = await world();
  const { domainSet, merged, summary } = await merge({ scores, prune: { style: 2 } });
  expect(domainSet.map).toEqual([0, 0, 1, null]);
  expect(domainSet.dropped).toEqual([
    {
      initial: 3,
      documents: 5,
      bytes: documents.reduce((sum, { text }, at) => (at % 4 === 3 ? sum + Buffer.byteLength(text) : sum), 0),
      terms: expect.arrayContaining(['flour', 'dough']),
      reasons: ['style 1.00 < 2'],
    },
  ]);
  expect([...merged].filter((cluster) => cluster === noCluster)).toHaveLength(5);
  expect(domainSet.clusters.map((cluster) => cluster.documents)).toEqual([10, 5]);
  expect(domainSet.clusters[1]?.quality).toEqual({
    style: { mean: 3, documents: 5 },
    ads: { mean: null, documents: 0 },
  });
  expect(summary).toMatchObject({ clusters: 2, dropped: 1, nmi: 1 });
});

test('when quality leaves fewer than two the search ends, and the rules that dropped what are named', async () => {
  const { merge } = await world();
  for (const [prune, kept, rules] of [
    [{ style: 3.5 }, 1, 'style < 3.5 drops 3'],
    ['paper', 2, null],
    [{ style: 5, ads: 4 }, 0, 'style < 5 drops 4, ads < 4 drops 2'],
  ] as const) {
    if (rules === null) expect((await merge({ scores, prune })).summary.clusters).toBe(kept);
    else
      expect(await failureOf(merge({ scores, prune }))).toMatchObject({
        type: 'BadCorpus',
        nonRetryable: true,
        message: expect.stringContaining(`leaves ${kept} of 4 clusters: ${rules}`),
      });
  }
});

test('a threshold for an axis that nobody scored is refused, with its place in the search file', async () => {
  const { merge } = await world();
  expect(await failureOf(merge({ scores, prune: { beauty: 2 } }))).toMatchObject({
    type: 'InvalidSearchSpec',
    nonRetryable: true,
    details: [[expect.objectContaining({ path: 'clusters.quality.prune.beauty' })]],
  });
});

test('when merging leaves one cluster the search ends, and says what merged it', async () => {
  const { merge } = await world();
  const threshold = { target: null, threshold: 100 };
  expect(await failureOf(merge({ merge: threshold }))).toMatchObject({
    type: 'BadCorpus',
    message: expect.stringMatching(
      /one cluster is left of 4: .*clusters nearer than 100 are merged.*try a smaller clusters\.merge\.threshold/,
    ),
  });
  expect(await failureOf(merge({ merge: { minimumTokens: 1000 } }))).toMatchObject({
    message: expect.stringMatching(/clusters under 1000 tokens join their neighbours/),
  });
});

test('a corpus that doesn’t name its domains gives no figure for them', async () => {
  const unnamed = await world(documents.map(({ text }) => ({ text })));
  expect((await unnamed.merge()).summary.nmi).toBeNull();
});
