import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArtifactStore, BrokenArtifact, describeFile } from '../../adapters/artifact-store.ts';
import { contentKey, digest } from '../../climb/content-key.ts';
import { filesBelow, place, scratch } from './scratch.ts';

const folder = scratch();
const store = new ArtifactStore(join(folder, 'artifacts'));

test('bytes are named by their SHA-256 and come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const ref = await store.put(bytes);
      expect(ref).toEqual({ sha256: digest(bytes), bytes: bytes.length });
      expect(new Uint8Array(await store.read(ref))).toEqual(bytes);
    }),
    { numRuns: 20 },
  );
});

test('equal values have one file, whoever wrote it, however often', async () => {
  const own = new ArtifactStore(join(folder, 'own'));
  const refs = await Promise.all(
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
      { a: 1, b: [2] },
    ].map((value) => own.putJson(value)),
  );
  expect(new Set(refs.map(({ sha256 }) => sha256))).toEqual(new Set([contentKey({ a: 1, b: [2] })]));
  const [ref] = refs as [(typeof refs)[number]];
  expect(await filesBelow(own.root)).toEqual([join(ref.sha256.slice(0, 2), ref.sha256)]);
  expect(await own.readJson(ref)).toEqual({ a: 1, b: [2] });
});

test('a copy lies whole where it was asked for, replaces what is there, and may change', async () => {
  const [ref, place] = [await store.put('assigned'), join(folder, 'out', 'of', 'home')];
  await store.copyTo(ref, place);
  await writeFile(place, 'changed by hand');
  await store.copyTo(ref, place);
  expect(await readFile(place, 'utf8')).toBe('assigned');
  expect(await filesBelow(join(folder, 'out'))).toEqual([join('of', 'home')]);
  await writeFile(place, 'changed by hand');
  expect((await store.read(ref)).toString()).toBe('assigned');
  await writeFile(store.path(ref), 'replaced');
  await expect(store.copyTo(ref, place)).rejects.toThrow(BrokenArtifact);
  expect(await readFile(place, 'utf8')).toBe('changed by hand');
});

test('a file can be taken over, or stored and left where it is', async () => {
  const [taken, kept] = [await place(join(folder, 'in/taken'), 'taken'), await place(join(folder, 'in/kept'), 'kept')];
  const refs = [await store.adoptFile(taken), await store.keepFile(kept)];
  expect(refs).toEqual([digest('taken'), digest('kept')].map((sha256, at) => ({ sha256, bytes: [5, 4][at] })));
  expect(await filesBelow(join(folder, 'in'))).toEqual(['kept']);
  expect(await store.keepFile(kept)).toEqual(refs[1]);
  expect((await store.read(refs[0] as (typeof refs)[number])).toString()).toBe('taken');
});

test('a part can be read, as far as there is one', async () => {
  const ref = await store.put('0123456789');
  expect((await store.readSlice(ref, 3, 4)).toString()).toBe('3456');
  expect((await store.readSlice(ref, 8, 4)).toString()).toBe('89');
});

test('artifacts join to one', async () => {
  const parts = [await store.put('one '), await store.put(''), await store.put('two')];
  const whole = await store.concatenate(parts);
  expect(whole).toEqual({ sha256: digest('one two'), bytes: 7 });
  expect((await store.read(whole)).toString()).toBe('one two');
});

test('what is written in pieces is no artifact before it is adopted', async () => {
  const own = new ArtifactStore(join(folder, 'pieces'));
  const [one, other] = [await own.temporaryPath(), await own.temporaryPath()];
  expect(one).not.toBe(other);
  await writeFile(one, 'half');
  expect(await own.has({ sha256: digest('half'), bytes: 4 })).toBe(false);
  expect(await own.has(await own.adoptFile(one))).toBe(true);
});

describe('no result is built on an artifact that', () => {
  test('is gone', async () => {
    const ref = await store.put('gone');
    await rm(store.path(ref));
    expect(await store.has(ref)).toBe(false);
    await expect(store.read(ref)).rejects.toThrow(BrokenArtifact);
    await expect(store.read(ref)).rejects.toThrow(ref.sha256);
    await expect(store.verify(ref)).rejects.toThrow(BrokenArtifact);
  });

  test('has one bit flipped: both hashes and the file are named', async () => {
    const ref = await store.put('these bytes');
    const bytes = await readFile(store.path(ref));
    bytes[3] = (bytes[3] as number) ^ 1;
    await writeFile(store.path(ref), bytes);
    const message = `artifact ${store.path(ref)} has changed: expected SHA-256 ${ref.sha256} (11 bytes), got ${digest(bytes)} (11 bytes)`;
    await expect(store.read(ref)).rejects.toThrow(message);
    await expect(store.verify(ref)).rejects.toThrow(BrokenArtifact);
  });

  test('was cut short', async () => {
    const ref = await store.put('a longer text');
    await truncate(store.path(ref), 5);
    expect(await store.has(ref)).toBe(false);
    await expect(store.read(ref)).rejects.toThrow('(5 bytes)');
    await expect(store.verify(ref)).rejects.toThrow('expected 13 bytes, got 5');
  });

  test('was cut short and is written again: then it is whole', async () => {
    const ref = await store.put('cut and healed');
    const kept = await place(join(folder, 'healing'), 'cut and healed');
    for (const heal of [() => store.put('cut and healed'), () => store.keepFile(kept), () => store.adoptFile(kept)]) {
      await rm(store.path(ref));
      await writeFile(store.path(ref), 'cut');
      expect(await heal()).toEqual(ref);
      expect((await store.read(ref)).toString()).toBe('cut and healed');
    }
  });

  test('has other bytes, as many: it is there, but not whole, until a finished file is kept again', async () => {
    const ref = await store.put('as it was');
    const kept = await place(join(folder, 'changing'), 'as it was');
    await writeFile(store.path(ref), 'as it is!');
    expect([await store.has(ref), await store.isWhole(ref)]).toEqual([true, false]);
    expect(await store.keepFile(kept)).toEqual(ref);
    expect([await store.has(ref), await store.isWhole(ref)]).toEqual([true, true]);
  });

  test('is whole: that one is fine', async () => {
    await expect(store.verify(await store.put('whole'))).resolves.toBeUndefined();
  });
});

test('a file of any size is described without holding it', async () => {
  const text = 'x'.repeat(300_000);
  expect(await describeFile(await place(join(folder, 'large'), text))).toEqual({
    sha256: digest(text),
    bytes: 300_000,
  });
});
