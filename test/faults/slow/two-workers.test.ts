/** Rows 13 and 14 of the fault matrix: two workers on one state folder, and both at the same work. */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { isAlive } from '../../adapters/is-alive.ts';
import { filesBelow } from '../../adapters/scratch.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  noted,
  openFaultLab,
  slowSteps,
  trainersOf,
  trainingsUnderWay,
  triesOf,
  undisturbed,
  violations,
  type FaultLab,
} from '../fault-lab.ts';

let lab: FaultLab;
let expected: string;
beforeAll(async () => {
  expected = digestOf(await undisturbed(fakeSearch, slowSteps));
}, 600_000);
afterEach(() => lab.close(), 60_000);

/** Every file that a worker or a trainer could have written, with what changes when it is written again. */
async function written(): Promise<string[]> {
  const files: string[] = [];
  for (const folder of ['artifacts', 'ledger', 'runs', 'searches', 'speeds']) {
    for (const name of await filesBelow(join(lab.home, folder))) {
      const { ino, size, mtimeMs } = await stat(join(lab.home, folder, name));
      files.push(`${folder}/${name} ${ino} ${size} ${mtimeMs}`);
    }
  }
  return files;
}

test('row 13: a worker and its trainers freeze, a second takes over, the first wakes: one result, and it writes nothing', async () => {
  lab = await openFaultLab({ ...slowSteps, CLIMB_LEASE_SECONDS: '2' });
  const first = lab.startWorker();
  const handle = await lab.start('frozen', fakeSearch);
  const underWay = () => trainingsUnderWay(lab).filter(({ checkpoints }) => checkpoints.length > 0);
  await until(() => underWay().length > 0, 180_000);
  const frozen = [...trainersOf(first), first.pid!];
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const owners = trainingsUnderWay(lab).map(({ pid }) => pid);
  expect(owners.length).toBeGreaterThan(0);

  const second = lab.startWorker();
  const result = (await handle.result()) as SearchResult;
  expect(digestOf(result)).toBe(expected);
  expect(result.proxies).toBe(16);
  await until(() => trainingsUnderWay(lab).length === 0);
  const before = await written();

  for (const pid of frozen) process.kill(pid, 'SIGCONT');
  // They find the folder in other hands, and end.
  await until(() => !owners.some(isAlive));
  expect(await written()).toEqual(before);
  const again = [...(await triesOf(lab, 'frozen')).values()].filter(({ attempts }) => attempts > 1);
  expect(again.length).toBeGreaterThan(0);
  expect(isAlive(second.pid!)).toBe(true);
  expect(await violations(lab, 'frozen', expected)).toEqual([]);
}, 600_000);

test('row 14: two searches want the same proxies at once, on two workers: each has one result', async () => {
  lab = await openFaultLab(slowSteps);
  lab.startWorker();
  lab.startWorker();
  const handles = [await lab.start('one', fakeSearch), await lab.start('other', fakeSearch)];
  const results = (await Promise.all(handles.map((handle) => handle.result()))) as SearchResult[];
  expect(results.map(digestOf)).toEqual([expected, expected]);
  expect(await filesBelow(join(lab.home, 'ledger', 'proxy'))).toHaveLength(16);
  // Most were waited for; a folder that is given up at the very moment in which it is taken over is worked in again.
  expect((await noted(lab, 'start')).length).toBeLessThan(1.5 * 16);
  expect(await violations(lab, 'one', expected)).toEqual([]);
  expect(await violations(lab, 'other', expected)).toEqual([]);
}, 600_000);
