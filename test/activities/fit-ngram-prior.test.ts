import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { fitNgramPrior, type FitNgramPriorInput } from '../../activities/fit-ngram-prior.ts';
import { readPrior } from '../../activities/ngram/stored-prior.ts';
import { TrainerFailure } from '../../adapters/trainer.ts';
import { digest } from '../../climb/content-key.ts';
import { bytesOf } from '../../climb/corpus/little-endian.ts';
import type { TokenShards } from '../../climb/corpus/token-shards.ts';
import { trigramProbabilities } from '../../climb/ngram/interpolated-trigrams.ts';
import { neededNgrams, type ScoredSequence } from '../../climb/ngram/needed-ngrams.ts';
import { tabulate } from '../../climb/ngram/ngram-prior.ts';
import { exactNgramScores } from '../../climb/ngram/ngram-scores.ts';
import { filesBelow, scratch } from '../adapters/scratch.ts';
import { refOf } from '../climb/made-recipe.ts';
import { madeStream } from '../climb/ngram/made-text.ts';
import { failureOf, fakeTrainer, perform, spoilingOnce, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;
const vocabulary = 40;
const items = (language: number): ScoredSequence[] =>
  Array.from({ length: 10 }, (_, at) => ({ tokens: madeStream(language, 8, vocabulary, 50 + at), scored: 4 }));

type Spec = { tasks: { name: string }[] };

/** What a trainer that keeps the contract leaves behind: of each item its length, how many are scored, its tokens. */
const encoding =
  (itemsOf: typeof items) =>
  async ({ tasks }: Spec, out: string) => {
    const made = [];
    for (const [at, { name }] of tasks.entries()) {
      const words = itemsOf(at).flatMap(({ tokens, scored }) => [tokens.length, scored, ...Array.from(tokens)]);
      const bytes = bytesOf(Uint32Array.from(words));
      await writeFile(join(out, `${name}.bin`), bytes);
      const bin = { file: `${name}.bin`, sha256: digest(bytes), bytes: bytes.length };
      made.push({ name, items: 10, scored: 40, bytes: 120, bin });
    }
    await writeFile(join(out, 'result.json'), JSON.stringify({ tasks: made }));
  };
const encode = encoding(items);

async function world(
  work: (spec: Spec, out: string) => Promise<void> = encode,
  dtype: TokenShards['dtype'] = 'uint16',
) {
  const folder = join(root, String(worlds++));
  const { trainer, calls } = fakeTrainer(work);
  const deps = worldIn(folder, { trainer: { ...trainer, encodes: true } });
  const streams = [0, 1, 2].map((language) => madeStream(language, 3000, vocabulary));
  const clusters: TokenShards['clusters'][number][] = [];
  for (const [at, stream] of streams.entries()) {
    const bin = await deps.store.put(bytesOf(dtype === 'uint16' ? stream : Uint32Array.from(stream)));
    clusters.push({ cluster: `c000${at}`, tokens: 3000, documents: 130, bytes: 9000, bin, idx: refOf(`idx ${at}`) });
  }
  const shards: TokenShards = {
    schema: 1,
    kind: 'tokens',
    tokenizer: await deps.store.put('bpe'),
    vocabSize: vocabulary,
    bos: 0,
    dtype,
    clusters,
    tokens: 9000,
  };
  const input: FitNgramPriorInput = {
    tokens: await deps.store.putJson(shards),
    tasks: [
      { name: 'piqa', items: await deps.store.put('items of piqa') },
      { name: 'own (test)', items: await deps.store.put('items of own') },
    ],
    trainer: 'default',
  };
  return { folder, deps, calls, streams, shards, input, fit: fitNgramPrior(deps) };
}

let made: Awaited<ReturnType<typeof world>>;
beforeAll(async () => {
  made = await world();
});

test('a prior holds every cluster’s probability of every scored token, and the folder of the run is gone', async () => {
  const { deps, folder, fit, input, streams } = made;
  const { ref, summary } = await perform(fit, input);
  expect(summary).toEqual({ tokens: 80, clusters: 3 });
  const tasks = [0, 1].map((t) => ({ scored: 40, sequences: items(t) }));
  const { needed } = neededNgrams(tasks, vocabulary);
  const columns = streams.map((stream) => trigramProbabilities({ needed, stream }));
  const sizes = tasks.map(() => ({ bytes: 120, tokens: 40 }));
  const prior = await readPrior(deps.store, ref!);
  expect(prior).toEqual(tabulate(columns, sizes));
  const alone = [0, 1, 2].map((c) => [0, 1, 2].map((d) => (c === d ? 1 : 0)));
  exactNgramScores(prior, alone).forEach((scores, t) => expect(scores.indexOf(Math.min(...scores))).toBe(t));
  expect(await filesBelow(join(folder, 'runs'))).toEqual([]);
});

test('the trainer gets what the contract says', () => {
  const { deps, calls, shards, input } = made;
  const file = (ref: { sha256: string }) => ({ path: deps.store.path(ref), sha256: ref.sha256 });
  expect(calls).toEqual([
    {
      command: 'encode',
      out: expect.stringContaining('runs'),
      spec: {
        schema: 1,
        tokenizer: file(shards.tokenizer),
        tasks: [
          { name: '1-piqa', ...file(input.tasks[0]!.items) },
          { name: '2-own-test-', ...file(input.tasks[1]!.items) },
        ],
      },
    },
  ]);
});

test('it is found again by any search, whatever its tasks are called; other items or tokens are another prior', async () => {
  const { deps, calls, input, fit } = made;
  const first = await perform(fit, input);
  const renamed = input.tasks.map((task) => ({ ...task, name: 'other' }));
  expect(await perform(fit, { ...input, tasks: renamed })).toEqual(first);
  expect(calls).toHaveLength(1);
  const swapped = [...input.tasks].reverse();
  expect((await perform(fit, { ...input, tasks: swapped })).ref).not.toBeNull();
  const tokens = await deps.store.putJson({ ...made.shards, bos: 1 });
  await perform(fit, { ...input, tokens });
  expect(calls).toHaveLength(3);
});

test('the width of the ids makes no difference', async () => {
  const wide = await world(encode, 'uint32');
  const [narrow, other] = [await perform(made.fit, made.input), await perform(wide.fit, wide.input)];
  expect(await readPrior(wide.deps.store, other.ref!)).toEqual(await readPrior(made.deps.store, narrow.ref!));
});

test('a trainer that can’t say which tokens it scores is asked nothing: the search goes on without', async () => {
  const { deps, input } = await world();
  const { trainer, calls } = fakeTrainer(() => Promise.reject(new Error('asked')));
  const fit = fitNgramPrior({ ...deps, trainers: () => trainer });
  expect(await perform(fit, input)).toEqual({ ref: null, summary: { tokens: 0, clusters: 0 } });
  expect(calls).toEqual([]);
});

test('a failure says whether it is worth another attempt; a changed shard is no data, and nothing is remembered', async () => {
  const failing = await world(() => Promise.reject(new TrainerFailure('badData', 'no items')));
  expect(await failureOf(perform(failing.fit, failing.input))).toMatchObject({ type: 'badData', nonRetryable: true });
  const { deps, shards, input, folder, fit } = await world();
  await writeFile(deps.store.path(shards.clusters[1]!.bin), 'spoilt');
  await expect(perform(fit, input)).rejects.toThrow('is not what it was');
  expect(await filesBelow(join(folder, 'ledger'))).toEqual([]);
  await expect(perform(fit, { ...input, trainer: 'unknown' })).rejects.toThrow('no trainer profile "unknown"');
});

test('tokens that changed since the trainer wrote them are encoded again', async () => {
  const { calls, fit, input } = await world(spoilingOnce(encode, ({ tasks }) => `${tasks[1]?.name}.bin`));
  await expect(perform(fit, input)).rejects.toThrow(/expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64} /);
  expect((await perform(fit, input, 2)).summary).toEqual({ tokens: 80, clusters: 3 });
  expect(calls).toHaveLength(2);
});

test('items in another tokenizer’s ids are refused', async () => {
  const foreign: ScoredSequence = { tokens: Uint32Array.of(0, 7, 999), scored: 1 };
  const { fit, input } = await world(encoding(() => [foreign]));
  await expect(perform(fit, input)).rejects.toThrow('token 999 at place 2 is none of the 40');
});
