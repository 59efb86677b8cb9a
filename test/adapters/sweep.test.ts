import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { link, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { findGarbage, removeGarbage } from '../../adapters/housekeeping.ts';
import { leftovers } from '../../adapters/leftovers.ts';
import { putBackAll, removeArtifact } from '../../adapters/sweep.ts';
import type { Ref } from '../../climb/artifact.ts';
import { filesBelow } from './scratch.ts';

let home: string;
let store: ArtifactStore;
const longAgo = new Date(2001, 0);

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'climb-sweep-'));
  store = new ArtifactStore(join(home, 'artifacts'));
});
afterEach(() => rm(home, { recursive: true }));

const age = (path: string) => utimes(path, longAgo, longAgo);
async function old(value: unknown): Promise<Ref> {
  const ref = await store.putJson(value);
  await age(store.path(ref));
  return ref;
}
async function write(name: string, content = ''): Promise<void> {
  await mkdir(join(home, name, '..'), { recursive: true });
  await writeFile(join(home, name), content);
  await age(join(home, name));
}
const cutoff = Date.now() - 1000;
const find = (forget: string[] = [], open: ReadonlySet<string>[] = []) => findGarbage({ home, forget, open, cutoff });
const names = (stored: readonly { readonly name: string }[]) => stored.map(({ name }) => name).sort();

const then = longAgo.getTime();

test('an artifact that somebody found since is brought back, another is gone, and doing it twice is harmless', async () => {
  const [used, unused] = [await old({ a: 1 }), await old({ b: 1 })];
  expect(await store.has(used)).toBe(true);
  expect(await removeArtifact(home, used.sha256, then)).toBe(false);
  expect(await removeArtifact(home, unused.sha256, then)).toBe(true);
  expect(await removeArtifact(home, unused.sha256, then)).toBe(false);
  expect([await store.isWhole(used), await store.has(unused)]).toEqual([true, false]);
  expect(await readdir(join(home, 'artifacts', 'leaving'))).toEqual([]);
});

test('what a sweep that was killed had taken away comes back, also where it was made again', async () => {
  const [one, two] = [await old({ a: 1 }), await old({ b: 1 })];
  await mkdir(join(home, 'artifacts', 'leaving'));
  for (const ref of [one, two]) await link(store.path(ref), join(home, 'artifacts', 'leaving', ref.sha256));
  await rm(store.path(one));
  await putBackAll(home);
  expect([await store.isWhole(one), await store.isWhole(two)]).toEqual([true, true]);
  expect(await readdir(join(home, 'artifacts', 'leaving'))).toEqual([]);
});

test('one that a worker found whose clock is behind is brought back too', async () => {
  const ref = await old({ a: 1 });
  const [found] = (await find()).artifacts;
  const behind = new Date(2002, 0);
  await utimes(store.path(ref), behind, behind);
  expect(await removeArtifact(home, ref.sha256, found!.used)).toBe(false);
  expect(await store.isWhole(ref)).toBe(true);
});

test('to look changes nothing; what a sweep has taken away counts as there, with all that it names', async () => {
  const inner = await old({ leaf: 1 });
  const outer = await old({ kind: 'outer', inner });
  await write('searches/a/recipe.json', JSON.stringify([outer.sha256]));
  const lost = await old({ lost: 1 });
  await mkdir(join(home, 'artifacts', 'leaving'));
  for (const ref of [outer, lost]) await rename(store.path(ref), join(home, 'artifacts', 'leaving', ref.sha256));
  const before = await filesBelow(home);
  const garbage = await find();
  expect(names(garbage.artifacts)).toEqual([lost.sha256]);
  expect(await filesBelow(home)).toEqual(before);
  await removeGarbage(home, garbage);
  expect([await store.isWhole(outer), await store.isWhole(inner), await store.has(lost)]).toEqual([true, true, false]);
  expect(await readdir(join(home, 'artifacts', 'leaving'))).toEqual([]);
});

test('sweeps at once take what one would, and none trips over another', async () => {
  const kept = await old({ kept: 1 });
  await write('searches/a/recipe.json', JSON.stringify([kept.sha256]));
  const lost = await Promise.all(Array.from({ length: 40 }, (_, at) => old({ lost: at })));
  const used = await Promise.all(Array.from({ length: 40 }, (_, at) => old({ used: at })));
  const plans = await Promise.all([find(), find(), find()]);
  for (const ref of used) await store.has(ref);
  await Promise.all(plans.map((garbage) => removeGarbage(home, garbage)));
  const there = await Promise.all([kept, ...used].map((ref) => store.isWhole(ref)));
  expect(there).toEqual(there.map(() => true));
  // What one took away while another brought everything back is the next sweep's.
  await removeGarbage(home, await find());
  expect(await Promise.all(lost.map((ref) => store.has(ref)))).toEqual(lost.map(() => false));
  expect(await readdir(join(home, 'artifacts', 'leaving'))).toEqual([]);
});

test('what is in use outlives any number of sweeps at once', async () => {
  const used = await Promise.all(Array.from({ length: 10 }, (_, at) => store.putJson({ used: at })));
  const sweep = async () => {
    await putBackAll(home);
    for (const { sha256 } of used) await removeArtifact(home, sha256, then);
  };
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 6 }, sweep));
    expect(await Promise.all(used.map((ref) => store.isWhole(ref)))).toEqual(used.map(() => true));
  }
});

test('what searches, their artifacts, what runs and what is young name stays; the rest goes with its ledger entries', async () => {
  const inner = await old({ leaf: 1 });
  const outer = await old({ kind: 'outer', inner });
  const ofRunning = await old({ running: 1 });
  const lost = await old({ lost: 1 });
  const lines = await store.put(`{"names":"${lost.sha256}"}\n{}\n`);
  const young = await store.putJson({ young: 1 });
  await write('searches/a/recipe.json', JSON.stringify({ hashes: { outer: outer.sha256, lines: lines.sha256 } }));
  const entry = (key: string, ref: Ref) => JSON.stringify({ key: key.repeat(64), value: { ref } });
  for (const [key, ref] of Object.entries({ a: outer, b: lost, c: young, d: ofRunning })) {
    await write(`ledger/stage/${key.repeat(64)}.json`, entry(key, ref));
  }
  await write(`ledger/proxy/${'e'.repeat(64)}.json.broken`, '{');
  await write('runs/abc/spec.json', '{}');
  await age(join(home, 'runs/abc'));

  const garbage = await find([], [new Set([ofRunning.sha256])]);
  expect(names(garbage.artifacts)).toEqual([lost.sha256]);
  expect(names(garbage.entries)).toEqual([`ledger/stage/${'b'.repeat(64)}.json`]);
  expect(names(garbage.broken)).toEqual([`ledger/proxy/${'e'.repeat(64)}.json.broken`]);
  expect(garbage.runs).toEqual([]); // somebody may go on with it
  expect(names((await find()).runs)).toEqual(['runs/abc']);

  const before = await filesBelow(home);
  await removeGarbage(home, garbage);
  const gone = [
    ...names(garbage.artifacts).map((name) => `artifacts/${name.slice(0, 2)}/${name}`),
    ...names(garbage.entries),
    ...names(garbage.broken),
  ];
  expect(await filesBelow(home)).toEqual(before.filter((path) => !gone.includes(path)));
});

test('an entry of the ledger stays where its artifact was used in the meantime', async () => {
  const ref = await old({ a: 1 });
  await write(`ledger/stage/${'a'.repeat(64)}.json`, JSON.stringify({ key: 'a'.repeat(64), value: { ref } }));
  const garbage = await find();
  expect(garbage.entries).toHaveLength(1);
  await store.has(ref);
  await removeGarbage(home, garbage);
  expect(await filesBelow(join(home, 'ledger'))).toHaveLength(1);
});

test('a search that is forgotten takes along what it alone needed', async () => {
  const [shared, own] = [await old({ shared: 1 }), await old({ own: 1 })];
  await write('searches/a/recipe.json', JSON.stringify([shared.sha256]));
  await write('searches/b/iterations/1.json', JSON.stringify([shared.sha256, own.sha256]));
  expect((await find()).artifacts).toEqual([]);
  const garbage = await find(['/anywhere/searches/b']);
  expect([names(garbage.searches), names(garbage.artifacts)]).toEqual([['searches/b'], [own.sha256]]);
  await removeGarbage(home, garbage);
  expect(await readdir(join(home, 'searches'))).toEqual(['a']);
});

test('a state folder that is not there has no garbage', async () => {
  const found = await findGarbage({ home: join(home, 'nowhere'), forget: [], open: [], cutoff });
  expect(Object.values(found).flat()).toEqual([]);
});

test('temporary files are told by their names and their age', async () => {
  const uuid = 'a3bb189e-8bf9-4e18-b5c4-1f5f6c2d9a11';
  for (const name of [
    `artifacts/tmp/${uuid}.tmp`,
    `ledger/score/.x.json.${uuid}.tmp`,
    'runs/abc/notes.tmp',
    `searches/a/${uuid}`,
  ]) {
    await write(name);
  }
  await writeFile(join(home, `artifacts/tmp/${uuid.replace('a', 'b')}.tmp`), 'being written');
  expect(names(await leftovers(home, cutoff))).toEqual([
    `artifacts/tmp/${uuid}.tmp`,
    `ledger/score/.x.json.${uuid}.tmp`,
  ]);
});
