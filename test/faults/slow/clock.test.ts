/** Row 16 of the fault matrix: the clock of a worker jumps by an hour while a search runs; its server and trainers keep the true time. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  noted,
  openFaultLab,
  slowSteps,
  undisturbed,
  violations,
  type FaultLab,
} from '../fault-lab.ts';

/** Debian's package libfaketime. */
const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/local/lib', '/usr/lib64']
  .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  .find((path) => existsSync(path));
const withFakeTime = library === undefined ? test.skip : test;
const unless = library === undefined ? ' (skipped: no libfaketime on this machine)' : '';

let folder: string;
let lab: FaultLab;
let expected: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'climb-clock-'));
  if (library !== undefined) expected = digestOf(await undisturbed(fakeSearch, slowSteps));
}, 600_000);
afterEach(() => lab.close(), 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

withFakeTime.each(['+1h', '-1h'])(
  `row 16: the clock of a worker jumps by %s, away from those of server and trainers: the same recipe${unless}`,
  async (jump) => {
    const clock = join(folder, `clock${jump}`);
    await writeFile(clock, '+0\n');
    const skewed = {
      LD_PRELOAD: library!,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: '1',
      // Durations are true, as where a person sets the clock.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
    // Python's waits don't end under libfaketime 0.9.10, so trainers keep the true time.
    lab = await openFaultLab(slowSteps);
    lab.startWorker(skewed);
    const handle = await lab.start('skewed', fakeSearch);
    await until(async () => (await noted(lab, 'start')).length >= 3, 180_000);
    await writeFile(clock, `${jump}\n`);
    const result = (await handle.result()) as SearchResult;
    expect(digestOf(result)).toBe(expected);
    expect(await violations(lab, 'skewed', expected)).toEqual([]);
  },
  600_000,
);
