/** Row 5 of the fault matrix where it is small: what a store does on a disk that has no room left. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { DiskFull } from '../../adapters/disk-full.ts';
import { Ledger } from '../../adapters/ledger.ts';
import { publish } from '../../adapters/publish.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { canMount, fillDisk, mountSmallDisk, unmount } from './small-disk.ts';

const onSmallDisk = canMount ? test : test.skip;
const unless = canMount ? '' : ' (skipped: this user may not mount a small disk)';

let disk: string;
let store: ArtifactStore;
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'climb-disk-'));
  if (canMount) mountSmallDisk(disk, 4);
  store = new ArtifactStore(join(disk, 'artifacts'));
});
afterAll(async () => {
  if (canMount) unmount(disk);
  await rm(disk, { recursive: true });
});

const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error);

onSmallDisk(`row 5: a full disk is named with the bytes needed, and what was kept stays whole${unless}`, async () => {
  const kept = join(disk, 'kept.json');
  await publish(kept, 'the old one');
  const parts = [await store.put('a'.repeat(400_000)), await store.put('b'.repeat(400_000))];
  const elsewhere = join(tmpdir(), `climb-copied-${process.pid}`);
  await writeFile(elsewhere, 'c'.repeat(300_000));
  const whole = await filesBelow(disk);
  const giveBack = await fillDisk(disk, 100_000);

  const writes: [number, () => Promise<unknown>][] = [
    [250_000, () => publish(kept, 'n'.repeat(250_000))],
    [250_000, () => store.put('n'.repeat(250_000))],
    [800_000, () => store.concatenate(parts)],
    [300_000, () => store.copyFile(elsewhere)],
    [400_000, () => store.copyTo(parts[0]!, join(disk, 'copied'))],
    [250_000 + 20, () => new Ledger(join(disk, 'ledger')).record('stage', 'key', 'n'.repeat(250_000))],
  ];
  for (const [bytes, write] of writes) {
    const failure = await failureOf(write());
    expect(failure).toBeInstanceOf(DiskFull);
    const [, needed, free] = /writing (\d+) bytes under .*\((\d+) bytes free/.exec((failure as Error).message)!;
    expect(Number(needed)).toBeGreaterThanOrEqual(bytes);
    expect(Number(needed)).toBeLessThan(bytes + 50);
    expect(Number(free)).toBeLessThan(bytes);
    // Nothing that would leave less room for the next attempt.
    expect(await filesBelow(disk)).toEqual([...whole, 'ballast'].sort());
  }
  expect(await readFile(kept, 'utf8')).toBe('the old one');

  await giveBack();
  for (const [, write] of writes) await write();
  await rm(elsewhere);
});
