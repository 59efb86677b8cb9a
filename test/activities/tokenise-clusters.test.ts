import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { tokeniseClusters } from '../../activities/tokenise-clusters.ts';
import { BadCorpus } from '../../adapters/bad-corpus.ts';
import type { CorpusReader } from '../../adapters/corpus-reader.ts';
import { TrainerFailure } from '../../adapters/trainer.ts';
import { digest } from '../../climb/content-key.ts';
import { parseFrozenDomainSet } from '../../climb/spec/assign-input.ts';
import type { TokenShards } from '../../climb/corpus/token-shards.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';
import { domainSet, manifest, refOf, smallSpec } from '../climb/made-recipe.ts';
import { failureOf, fakeTrainer, perform, spoilingOnce, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;

type Work = (spec: { clusters: string[] }, out: string) => Promise<void>;

const tokenise: Work = async ({ clusters }, out) => {
  const write = async (file: string, content: string) => {
    await place(join(out, file), content);
    return { file, sha256: digest(content), bytes: content.length };
  };
  const made = [];
  for (const [at, cluster] of clusters.entries()) {
    const bin = await write(`shards/${cluster}.bin`, `tokens of ${cluster}`);
    const idx = await write(`shards/${cluster}.idx`, `starts of ${cluster}`);
    made.push({ cluster, tokens: 100 * (at + 1), documents: at + 1, bytes: 300, bin, idx });
  }
  const result = {
    tokenizer: await write('tokenizer.json', 'bpe'),
    vocabSize: 512,
    bos: 0,
    dtype: 'uint16',
    tokens: 600,
    clusters: made,
  };
  await writeFile(join(out, 'manifest.json'), JSON.stringify(result));
};

async function world(work: Work = tokenise, verify: CorpusReader['verify'] = () => Promise.resolve()) {
  const folder = join(root, String(worlds++));
  const { trainer, calls } = fakeTrainer(work);
  const deps = worldIn(folder, { trainer, corpus: { verify } as unknown as CorpusReader });
  const input = {
    manifest: await deps.store.putJson(manifest),
    domainSet: await deps.store.putJson(domainSet),
    vocab: 512,
    seed: 7,
    trainer: 'default',
  };
  return { folder, deps, calls, input, tokenise: tokeniseClusters(deps) };
}

test('every cluster becomes a shard of the store, and the folder of the run is gone', async () => {
  const { deps, folder, input, tokenise } = await world();
  const { ref, summary } = await perform(tokenise, input);
  expect(summary).toEqual({ tokens: 600, clusterTokens: [100, 200, 300] });
  const shards = await deps.store.readJson<TokenShards>(ref);
  expect(shards).toMatchObject({ schema: 1, kind: 'tokens', vocabSize: 512, bos: 0, dtype: 'uint16', tokens: 600 });
  expect(shards.clusters.map(({ cluster, documents }) => [cluster, documents])).toEqual([
    ['c0000', 1],
    ['c0001', 2],
    ['c0002', 3],
  ]);
  expect(shards.clusters[1]?.bin.sha256).toBe(digest('tokens of c0001'));
  for (const made of [shards.tokenizer, ...shards.clusters.flatMap(({ bin, idx }) => [bin, idx])]) {
    expect(await deps.store.has(made)).toBe(true);
  }
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('a tokenizer that is given goes to the trainer, and is part of what the tokens are kept under', async () => {
  const { deps, calls, input, tokenise } = await world();
  const own = await perform(tokenise, input);
  const tokenizer = await deps.store.put('given');
  const given = await perform(tokenise, { ...input, tokenizer });
  expect(calls.map(({ spec }) => (spec as { tokenizer: unknown }).tokenizer)).toEqual([
    null,
    { path: deps.store.path(tokenizer), sha256: tokenizer.sha256 },
  ]);
  expect(await perform(tokenise, { ...input, tokenizer })).toEqual(given);
  expect(await perform(tokenise, input)).toEqual(own);
  expect(calls).toHaveLength(2);
});

test('the trainer gets what the contract says', async () => {
  const { deps, calls, input, tokenise } = await world();
  await perform(tokenise, input);
  const file = (name: string) => ({ path: deps.store.path(refOf(name)), sha256: refOf(name).sha256 });
  expect(calls).toEqual([
    {
      command: 'tokenise',
      out: expect.stringContaining('runs'),
      spec: {
        schema: 1,
        vocabSize: 512,
        tokenizer: null,
        seed: 7,
        sampleBytes: 20_000_000,
        shards: [{ ...file('shard'), documents: 4000 }],
        assignment: file('assignment'),
        clusters: ['c0000', 'c0001', 'c0002'],
      },
    },
  ]);
});

test('what was tokenised is found again by any search; another vocabulary, seed or corpus is other work', async () => {
  const { deps, calls, input, tokenise } = await world();
  const first = await perform(tokenise, input);
  expect(await perform(tokenise, input)).toEqual(first);
  expect(calls).toHaveLength(1);
  const other = await deps.store.putJson({ ...manifest, documents: 3 });
  for (const changed of [{ vocab: 1024 }, { seed: 8 }, { manifest: other }])
    await perform(tokenise, { ...input, ...changed });
  expect(calls).toHaveLength(4);
});

test('when the shards are gone they are made again', async () => {
  const { deps, calls, input, tokenise } = await world();
  const first = await perform(tokenise, input);
  await rm(deps.store.path(first.ref));
  expect(await perform(tokenise, input)).toEqual(first);
  expect(calls).toHaveLength(2);
});

test.each(['tokenizer.json', 'shards/c0001.bin', 'shards/c0001.idx'])(
  '%s that changed since the trainer wrote it is made again',
  async (file) => {
    const { deps, calls, folder, input, tokenise: activity } = await world(spoilingOnce(tokenise, () => file));
    await expect(perform(activity, input)).rejects.toMatchObject({
      name: 'ChangedFile',
      message: expect.stringMatching(/expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64} /),
    });
    for (const kept of ['runs', 'ledger']) expect(await filesBelow(join(folder, kept))).toEqual([]);
    const { ref } = await perform(activity, input, 2);
    const shards = await deps.store.readJson<TokenShards>(ref);
    expect(shards.tokenizer.sha256).toBe(digest('bpe'));
    expect(shards.clusters[1]?.bin.sha256).toBe(digest('tokens of c0001'));
    expect(shards.clusters[1]?.idx.sha256).toBe(digest('starts of c0001'));
    expect(calls).toHaveLength(2);
  },
);

test('a trainer that fails says whether it is worth another attempt, and nothing is remembered', async () => {
  const { folder, input, tokenise } = await world(() => Promise.reject(new TrainerFailure('diskFull', 'needs 5 GB')));
  expect(await failureOf(perform(tokenise, input))).toMatchObject({ type: 'diskFull', nonRetryable: false });
  expect(await filesBelow(join(folder, 'ledger'))).toEqual([]);
});

test('the corpus is looked at first, as the manifest knows it; another one ends the search before the trainer begins', async () => {
  const asked: unknown[] = [];
  const changed = new BadCorpus('corpus', 'a.jsonl: expected 10 bytes, found 11');
  const { calls, input, tokenise } = await world(undefined, (files) => {
    asked.push(files);
    return Promise.reject(changed);
  });
  expect(await failureOf(perform(tokenise, input))).toMatchObject({
    type: 'BadCorpus',
    nonRetryable: true,
    message: changed.message,
  });
  expect(asked).toEqual([manifest.files]);
  expect(calls).toEqual([]);
});

test('a manifest of an earlier version is tokenised as any other', async () => {
  const { deps, input, tokenise } = await world();
  const { shards, files, documents, bytes, duplicates, bad, badCount } = manifest;
  const earlier = { schema: 1, kind: 'manifest', shards, files, documents, bytes, duplicates, bad, badCount };
  const made = await perform(tokenise, { ...input, manifest: await deps.store.putJson(earlier) });
  expect(made.summary.tokens).toBe(600);
});

test('the domain set is frozen beside the recipe before its tokens are made, and again where the ledger has them', async () => {
  const { deps, calls, input, tokenise } = await world();
  const { corpus, clusters, embedding } = smallSpec;
  const freeze = { search: 'a search', reading: { corpus, clusters, embedding } };
  const made = await perform(tokenise, { ...input, freeze });
  const path = deps.searches.path('a search', 'domain-set.json');
  const frozen = () => readFile(path, 'utf8').then((text) => parseFrozenDomainSet(JSON.parse(text), path));
  expect(await frozen()).toMatchObject({ domainSet: input.domainSet, reading: freeze.reading });
  await rm(path);
  expect(await perform(tokenise, { ...input, freeze })).toEqual(made);
  expect(await frozen()).toMatchObject({ domainSet: input.domainSet });
  expect(await perform(tokenise, input)).toEqual(made);
  expect(calls).toHaveLength(1);
});

test('the domain set of an earlier run under the same id is set aside', async () => {
  const { deps, input, tokenise } = await world();
  const { corpus, clusters, embedding } = smallSpec;
  const freeze = { search: 'again', reading: { corpus, clusters, embedding } };
  await deps.searches.write('again', 'run.json', '{"run":"the-first"}');
  await deps.searches.write('again', 'domain-set.json', 'other clusters');
  for (let attempt = 1; attempt <= 2; attempt++) await perform(tokenise, { ...input, freeze }, attempt);
  expect(await deps.searches.read('again', 'earlier/the-first/domain-set.json')).toBe('other clusters');
  expect(await deps.searches.read('again', 'domain-set.json')).toContain(input.domainSet.sha256);
});
