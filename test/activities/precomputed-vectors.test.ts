import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedCorpus } from '../../activities/embed-corpus.ts';
import type { Deps } from '../../activities/deps.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { Manifest, Vectors } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of } from '../../climb/corpus/little-endian.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

let root: string;
let deps: Deps;
let manifest: Ref;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'climb-precomputed-'));
  deps = worldIn(root);
  const ref = await deps.store.put('{"id":"a","text":"a"}\n{"id":"b","text":"b"}\n');
  const rows = await deps.store.put(bytesOf(Uint32Array.of(0, 2)));
  const shards = [{ ref, documents: 2, bytes: 2, rows }];
  manifest = await deps.store.putJson({ shards, documents: 2, records: 3 } satisfies Partial<Manifest>);
});
afterEach(() => rm(root, { recursive: true }));

/** A float32 matrix as numpy.save writes it. */
async function writeMatrix(values: readonly number[], rows: number): Promise<void> {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, 2), }`.padEnd(117) + '\n';
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  const data = Buffer.from(Float32Array.from(values).buffer);
  await writeFile(join(root, 'v.npy'), Buffer.concat([start, Buffer.from(header), data]));
}

async function embedded(): Promise<number[]> {
  const embedding = { kind: 'precomputed' as const, path: 'v.npy' };
  const { ref } = await perform(embedCorpus(deps), { manifest, embedding, seed: 1 });
  const { vectors } = await deps.store.readJson<Vectors>(ref);
  return [...float32Of(await deps.store.read(vectors))];
}

test('each document gets the row of its record, and another file gives other vectors', async () => {
  await writeMatrix([2, 0, 9, 9, 0, 3], 3);
  expect(await embedded()).toEqual([1, 0, 0, 1]);
  await writeMatrix([0, 2, 9, 9, 3, 0], 3);
  expect(await embedded()).toEqual([0, 1, 1, 0]);
});

test('a file with another number of rows than records is refused', async () => {
  await writeMatrix([1, 0, 0, 1], 2);
  const embedding = { kind: 'precomputed' as const, path: 'v.npy' };
  expect(await failureOf(perform(embedCorpus(deps), { manifest, embedding, seed: 1 }))).toMatchObject({
    type: 'BadCorpus',
    nonRetryable: true,
    message: expect.stringContaining('expected 3 rows, one for each record'),
  });
});
