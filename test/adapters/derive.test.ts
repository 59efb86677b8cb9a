import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { derive } from '../../adapters/derive.ts';
import { Ledger } from '../../adapters/ledger.ts';
import { scratch } from './scratch.ts';

const root = scratch();
let worlds = 0;

/** A stage that counts how often it is really made. */
function world() {
  const folder = join(root, String(worlds++));
  const store = new ArtifactStore(join(folder, 'artifacts'));
  const made = { times: 0 };
  const make = async () => {
    made.times += 1;
    const vectors = await store.put('vectors');
    return { ref: await store.putJson({ k: 3, vectors }), summary: { k: 3 } };
  };
  return { store, ledger: new Ledger(join(folder, 'ledger')), made, make };
}

test('what was made from the same inputs is found again, whatever the order of their fields', async () => {
  const { made, make, ...deps } = world();
  const first = await derive(deps, 'cluster', { seed: 7, vectors: 'abc' }, make);
  expect(await derive(deps, 'cluster', { vectors: 'abc', seed: 7 }, make)).toEqual(first);
  expect(made.times).toBe(1);
});

test('another stage or another input is other work', async () => {
  const { made, make, ...deps } = world();
  await derive(deps, 'cluster', { seed: 7 }, make);
  await derive(deps, 'cluster', { seed: 8 }, make);
  await derive(deps, 'merge', { seed: 7 }, make);
  expect(made.times).toBe(3);
});

test('when the artifact is gone it is made again', async () => {
  const { made, make, ...deps } = world();
  const first = await derive(deps, 'cluster', {}, make);
  await rm(deps.store.path(first.ref));
  expect(await derive(deps, 'cluster', {}, make)).toEqual(first);
  expect(made.times).toBe(2);
  expect(await deps.store.has(first.ref)).toBe(true);
});

test('when something that the artifact names is gone it is made again', async () => {
  const { made, make, ...deps } = world();
  const first = await derive(deps, 'cluster', {}, make);
  const { vectors } = await deps.store.readJson<{ vectors: { sha256: string; bytes: number } }>(first.ref);
  await rm(deps.store.path(vectors));
  expect(await derive(deps, 'cluster', {}, make)).toEqual(first);
  expect(made.times).toBe(2);
  expect(await deps.store.has(vectors)).toBe(true);
});

test('a stage that fails leaves no entry: the next attempt makes it', async () => {
  const { made, make, ...deps } = world();
  await expect(derive(deps, 'cluster', {}, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
  await derive(deps, 'cluster', {}, make);
  expect(made.times).toBe(1);
});

test('two that make it at once agree on the first', async () => {
  const { store, ledger } = world();
  const make = (text: string) => async () => ({ ref: await store.putJson({ text }), summary: { text } });
  const answers = await Promise.all(['a', 'b'].map((text) => derive({ store, ledger }, 'stage', {}, make(text))));
  expect(answers[0]).toEqual(answers[1]);
});
