import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { groupByField, type GroupByFieldInput } from '../../activities/group-by-field.ts';
import type { MinimumRule } from '../../climb/corpus/merge.ts';
import type { DomainSet, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { uint16Of } from '../../climb/corpus/little-endian.ts';
import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Compute } from '../../adapters/compute.ts';
import { failureOf, perform, worldIn } from './made-world.ts';
import { storedManifest } from './made-manifest.ts';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'climb-group-'))));
afterEach(() => rm(root, { recursive: true }));

type Given = { text: string; domain: string };
const sea = 'whale ship harpoon captain sail deck';
const court = 'judge appeal jury verdict lawyer trial';
/** Interleaved, three shards. */
const documents: Given[] = Array.from({ length: 30 }, (_, at) =>
  at % 3 === 0
    ? { text: `${court} number ${at}`, domain: 'Court' }
    : { text: `${sea} number ${at}`, domain: 'the\nsea' },
);
const shards = (all: readonly Given[], size = 11) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));

const input = { field: 'meta.topic', seed: 1 };

async function grouped(
  given: readonly (readonly Given[])[],
  more: MinimumRule & { field?: string } = { minimumTokens: 1 },
  world = worldIn(root),
) {
  const manifest = await storedManifest(world.store, given);
  return perform(groupByField(world), { ...input, manifest, ...more });
}
const setOf = async ({ ref }: { ref: Manifest['shards'][number]['ref'] }, store: ArtifactStore) => {
  const domainSet = await store.readJson<DomainSet>(ref);
  return { domainSet, assignment: [...uint16Of(await store.read(domainSet.assignment))] };
};

describe('groupByField', () => {
  test('each domain is a cluster, the largest first', async () => {
    const made = await grouped(shards(documents));
    expect(made.summary).toEqual({ clusters: 2, labels: ['the sea', 'Court'], nmi: null });
    const { domainSet, assignment } = await setOf(made, worldIn(root).store);
    expect(domainSet).toMatchObject({
      schema: 2,
      map: [0, 1],
      dropped: [],
      origin: { kind: 'field', field: 'meta.topic', values: ['the\nsea', 'Court'] },
    });
    const bytes = (domain: string) =>
      documents.filter((document) => document.domain === domain).reduce((sum, { text }) => sum + text.length, 0);
    expect(domainSet.clusters).toMatchObject([
      { cluster: 'c0000', label: 'the sea', documents: 20, bytes: bytes('the\nsea') },
      { cluster: 'c0001', label: 'Court', documents: 10, bytes: bytes('Court') },
    ]);
    domainSet.clusters.forEach(({ terms, examples, estimatedTokens, bytes }, at) => {
      expect([sea, court][at]!.split(' ')).toEqual(expect.arrayContaining(terms.slice(0, 4)));
      expect(examples).toHaveLength(3);
      expect(estimatedTokens).toBe(Math.round(bytes / 3.2));
    });
    expect(assignment).toEqual(documents.map(({ domain }) => (domain === 'Court' ? 1 : 0)));
  });

  test('the same bytes, whichever shard is surveyed first', async () => {
    const { compute } = worldIn(root);
    const backwards = {
      run: compute.run.bind(compute),
      map: async <Item, Result>(items: readonly Item[], work: (item: Item, at: number) => Promise<Result>) => {
        const results: Result[] = [];
        for (let at = items.length - 1; at >= 0; at--) results[at] = await work(items[at]!, at);
        return results;
      },
    } as unknown as Compute;
    const made = await grouped(shards(documents));
    const again = await grouped(shards(documents), undefined, worldIn(join(root, 'other'), { compute: backwards }));
    expect(again).toEqual(made);
  });

  test('of equally large domains the name decides; names that look alike are told apart', async () => {
    const names = ['b', 'a\u202e', 'a', 'x'.repeat(200)];
    const all = names.flatMap((domain) => [0, 1].map((at) => ({ text: `${domain} ${at}`, domain })));
    const { domainSet } = await setOf(await grouped([all]), worldIn(root).store);
    expect(domainSet.clusters.map(({ label }) => label)).toEqual(['a', 'a (2)', 'b', `${'x'.repeat(79)}…`]);
  });

  test('names that are properties of every object are names', async () => {
    const all = ['__proto__', 'constructor', '__proto__'].map((domain) => ({ text: 'some text', domain }));
    const { summary } = await grouped([all]);
    expect(summary.labels).toEqual(['__proto__', 'constructor']);
  });
});

describe('domains that nothing can be searched over', () => {
  const refused = async (all: readonly Given[], more: Partial<GroupByFieldInput> = {}) => {
    const failure = await failureOf(grouped(shards(all, 700), more));
    expect([failure.type, failure.nonRetryable]).toEqual(['BadCorpus', true]);
    return failure.message;
  };
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ text: `text ${at}`, domain: `d${at}` }));

  test('one', async () => {
    expect(await refused(documents.filter(({ domain }) => domain === 'Court'))).toMatch(
      /the same field "meta.topic", "Court": expected two domains or more, found 1,.*clusters.field/,
    );
  });

  test('too many, in one shard or in several', async () => {
    expect(await refused(numbered(1001))).toMatch(
      /expected 1000 at most, found 1001 or more, such as "d\d+" with one document,.* and 991 more/,
    );
    expect((await grouped(shards(numbered(1000), 1000))).summary.clusters).toBe(1000);
  });

  test('ones with too little text, the smallest first; a uniform mixture needs its part of each', async () => {
    const message = await refused(documents, { minimumTokens: 200 });
    expect(message).toMatch(/1 of 2 domains .*expected about 200 tokens each, found "Court" about \d+;.*minimumTokens/);
    expect(message).not.toContain('jury');
    const manifest = await storedManifest(worldIn(root).store, shards(documents));
    const group = (uniformTokens: number) =>
      perform(groupByField(worldIn(root)), { ...input, manifest, uniformTokens });
    await expect(group(400)).rejects.toThrow(/expected about 200 tokens each/);
    expect((await group(200)).summary.clusters).toBe(2);
  });
});
