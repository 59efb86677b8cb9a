/** Vectors from a server, or in a field; those of the corpus' own words are in corpus-half.test.ts. */
import { beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../../activities/deps.ts';
import { embedCorpus } from '../../activities/embed-corpus.ts';
import { shardEmbedder } from '../../activities/embed/shard-embedder.ts';
import { Embedders } from '../../adapters/embedders.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { Manifest, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../../climb/corpus/little-endian.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { dimensions, openEndpoint, type MadeEndpoint } from './made-endpoint.ts';
import { storedManifest } from './made-manifest.ts';
import { contextOf, failureOf, perform, worldIn } from './made-world.ts';

let folder: string;
let deps: Deps;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-embed-'));
  deps = worldIn(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const embed = (manifest: Ref, embedding: SearchSpec['embedding']) =>
  perform(embedCorpus(deps), { manifest, embedding, seed: 1 });
async function vectorsOf(ref: Ref) {
  const { vectors, ...rest } = await deps.store.readJson<Vectors>(ref);
  return { ...rest, values: [...float32Of(await deps.store.read(vectors))] };
}

describe('a served model', () => {
  const served = { kind: 'endpoint' } as const;
  const info = { model_id: 'made-up', model_sha: 'r1', max_client_batch_size: 32, max_input_length: 2 };
  const shard = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ text: `text ${from + at}` }));
  let endpoint: MadeEndpoint;
  beforeEach(async () => {
    endpoint = await openEndpoint(info);
    const embedders = new Embedders({ default: { url: endpoint.url, concurrency: 2, timeoutSeconds: 60 } }, {});
    deps = worldIn(folder, { embedders: (spec) => embedders.of(spec) });
  });
  afterEach(() => endpoint.close());
  const askedFor = () =>
    endpoint.seen.requests
      .splice(0)
      .flat()
      .filter((text) => text !== 'climb');

  test('gets every document once, and its vectors lie in the order of the documents', async () => {
    const shards = [shard(0, 300), shard(300, 20)];
    const { ref, summary } = await embed(await storedManifest(deps.store, shards), served);
    expect(summary).toEqual({ documents: 320, dimensions });
    expect(askedFor().sort()).toEqual(
      shards
        .flat()
        .map(({ text }) => text)
        .sort(),
    );
    const { values, count } = await vectorsOf(ref);
    const alone = await embed(await storedManifest(deps.store, [[shard(0, 320)[310]!]]), served);
    expect(count).toBe(320);
    expect(values.slice(310 * dimensions, 311 * dimensions)).toEqual((await vectorsOf(alone.ref)).values);
  });

  test('is asked only for the chunks that changed', async () => {
    await embed(await storedManifest(deps.store, [shard(0, 300)]), served);
    askedFor();
    await embed(await storedManifest(deps.store, [[...shard(0, 256), ...shard(900, 44)]]), served);
    expect(askedFor().sort()).toEqual(
      shard(900, 44)
        .map(({ text }) => text)
        .sort(),
    );
  });

  test('gets the beginning of what is longer than it reads, never half a character', async () => {
    await embed(
      await storedManifest(deps.store, [[{ text: `${'x'.repeat(23)}😀 and more` }, { text: '😀'.repeat(20) }]]),
      served,
    );
    expect(askedFor()).toEqual(['x'.repeat(23), '😀'.repeat(12)]);
  });

  test('that is another one by now embeds afresh, and never for clusters of the old one', async () => {
    const manifest = await storedManifest(deps.store, [shard(0, 10)]);
    const { model } = await vectorsOf((await embed(manifest, served)).ref);
    const frozen = () =>
      contextOf().run(() => shardEmbedder(deps, model, new AbortController().signal) as Promise<unknown>);
    await expect(frozen()).resolves.toBeInstanceOf(Function);
    for (const next of [
      { ...info, model_sha: 'r2' },
      { ...info, model_id: 'other' },
    ]) {
      endpoint.serve(next);
      await expect(frozen()).rejects.toMatchObject({
        type: 'BadEndpoint',
        nonRetryable: true,
        message: expect.stringMatching(
          `"default" serves another model.*expected made-up at r1 \\(8 dimensions\\), found ${next.model_id} at ${next.model_sha}`,
        ),
      });
    }
    askedFor();
    await embed(manifest, served);
    expect(askedFor()).toHaveLength(10);
  });
});

describe('vectors that come with the corpus', () => {
  const texts = [[{ text: 'a' }, { text: 'b' }], [{ text: 'c' }]];

  test('in a field are those of their documents', async () => {
    const read = await deps.store.readJson<Manifest>(await storedManifest(deps.store, texts));
    const brought = [Float32Array.of(1, 0, 0, 1), Float32Array.of(-1, 0)];
    const shards = await Promise.all(
      read.shards.map(async (shard, at) => ({ ...shard, vectors: await deps.store.put(bytesOf(brought[at]!)) })),
    );
    const { ref } = await embed(await deps.store.putJson({ ...read, dimensions: 2, shards }), {
      kind: 'precomputed',
      field: 'v',
    });
    expect(await vectorsOf(ref)).toMatchObject({ count: 3, dimensions: 2, values: [1, 0, 0, 1, -1, 0] });
  });

  test('end the search where there are none', async () => {
    const without = await storedManifest(deps.store, texts);
    expect(await failureOf(embed(without, { kind: 'precomputed', field: 'v' }))).toMatchObject({
      type: 'BadCorpus',
      nonRetryable: true,
      message: expect.stringContaining('none of 3 documents has a vector'),
    });
  });
});
