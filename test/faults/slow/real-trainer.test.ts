/** Rows 1 to 8 of the fault matrix with the real trainer: PyTorch, its checkpoints, its processes. */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { isAlive } from '../../adapters/is-alive.ts';
import { openServedLab, tinySearch } from '../../search-lab.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  kill,
  killServer,
  openFaultLab,
  outage,
  trainersOf,
  trainingsUnderWay,
  triesOf,
  violations,
  type FaultLab,
} from '../fault-lab.ts';
import { canMount, fillDisk, mountSmallDisk, unmount } from '../small-disk.ts';

/** Trainings of seconds, with a checkpoint every second: each may be struck between two. */
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, tokens: 131_072, model: { ...tinySearch.proxy.model, width: 64, layers: 2 } },
  search: { first: 3, batch: 1, candidates: 500 },
  budget: { proxies: 8, concurrency: 2 },
  verify: { candidates: 1, seeds: 2, baselines: ['uniform' as const] },
};

let lab: FaultLab;
let expected: string;
beforeAll(async () => {
  const undisturbed = await openServedLab();
  expected = digestOf((await (await undisturbed.start('undisturbed', file)).result()) as SearchResult);
  await undisturbed.close();
}, 600_000);
afterEach(() => lab.close(), 60_000);

/** A worker whose trainers break where a plan says, each entry once; @returns its variables. */
async function breaking(faults: string): Promise<NodeJS.ProcessEnv> {
  const path = join(lab.home, 'breaking.json');
  const { default: real } = lab.settings.trainers;
  const env = { ...real!.env, CLIMB_FAULTS: faults, CLIMB_FAULTS_DONE: join(lab.home, 'struck') };
  await writeFile(path, JSON.stringify({ default: { ...real, env } }));
  return { CLIMB_TRAINERS: path };
}

const withCheckpoint = (home = lab.home) =>
  until(() => trainingsUnderWay({ home }).find(({ checkpoints }) => checkpoints.length > 0), 300_000);
const allGone = (pids: readonly number[]) => until(() => !pids.some(isAlive), 2000);
const resultOf = async (handle: Awaited<ReturnType<FaultLab['start']>>) => (await handle.result()) as SearchResult;

test('row 1: kill -9 of the worker: real trainers are gone in 2 s, and their work goes on from its checkpoints', async () => {
  lab = await openFaultLab();
  const first = lab.startWorker();
  const handle = await lab.start('worker', file);
  await withCheckpoint();
  const trainers = trainersOf(first);
  await kill(first);
  await allGone(trainers);
  lab.startWorker();
  expect(digestOf(await resultOf(handle))).toBe(expected);
  expect(await violations(lab, 'worker', expected)).toEqual([]);
}, 600_000);

test('row 2: kill -9 of a real trainer, twice: attempts are kills + 1', async () => {
  lab = await openFaultLab();
  lab.startWorker();
  const handle = await lab.start('trainer', file);
  const { pid, folder } = await withCheckpoint();
  process.kill(pid, 'SIGKILL');
  const again = await until(() => trainingsUnderWay(lab).find((one) => one.folder === folder && one.pid !== pid));
  process.kill(again.pid, 'SIGKILL');
  expect(digestOf(await resultOf(handle))).toBe(expected);
  const tries = [...(await triesOf(lab, 'trainer')).values()].map(({ attempts }) => attempts);
  expect(tries.filter((attempts) => attempts > 1)).toEqual([3]);
}, 600_000);

test('row 3: kill -9 of the server while real trainers work, 5 s down', async () => {
  lab = await openFaultLab();
  lab.startWorker();
  const handle = await lab.start('server', file);
  await withCheckpoint();
  await killServer(lab);
  await outage(5);
  await lab.restartServer();
  expect(digestOf(await resultOf(handle))).toBe(expected);
}, 600_000);

test('row 4: kill -9 of server, worker and real trainers', async () => {
  lab = await openFaultLab();
  const first = lab.startWorker();
  const handle = await lab.start('everything', file);
  await withCheckpoint();
  const trainers = trainersOf(first);
  await killServer(lab);
  await kill(first);
  for (const pid of trainers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await allGone(trainers);
  await lab.restartServer();
  lab.startWorker();
  expect(digestOf(await resultOf(handle))).toBe(expected);
  expect(await violations(lab, 'everything', expected)).toEqual([]);
}, 600_000);

(canMount ? test : test.skip)(
  `row 5: a disk that fills up while real trainers work${canMount ? '' : ' (skipped: this user may not mount a small disk)'}`,
  async () => {
    lab = await openFaultLab();
    const disk = join(lab.home, 'disk');
    await mkdir(disk);
    mountSmallDisk(disk, 32);
    try {
      lab.startWorker({ CLIMB_HOME: disk, TEMPORAL_ADDRESS: lab.server.address });
      const handle = await lab.start('full', file);
      await withCheckpoint(disk);
      const giveBack = await fillDisk(disk);
      const message = await until(async () => {
        const { raw } = await handle.describe();
        const failures = (raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure?.message ?? '');
        return failures.find((text) => text.includes('no space left'));
      });
      expect(message).toMatch(/while writing \d+ bytes under .*\d+ bytes free.*free at least \d+ bytes/s);
      await giveBack();
      expect(digestOf(await resultOf(handle))).toBe(expected);
    } finally {
      await lab.stopWorkers();
      unmount(disk);
    }
  },
  600_000,
);

test('row 6: writes fail beside real trainers, and in them', async () => {
  lab = await openFaultLab();
  const faults = Array.from({ length: 12 }, (_, at) => `publish:${at % 2 === 0 ? 'eio' : 'enospc'}:${7 + 23 * at}`);
  const trainer = await breaking('train.midCheckpoint:enospc:2,train.afterCheckpoint:eio:2');
  lab.startWorker({ ...trainer, CLIMB_FAULTS: faults.join(','), CLIMB_FAULTS_DONE: join(lab.home, 'struck-worker') });
  const handle = await lab.start('writes', file);
  expect(digestOf(await resultOf(handle))).toBe(expected);
  expect(readdirSync(join(lab.home, 'struck')).length).toBe(2);
  expect(readdirSync(join(lab.home, 'struck-worker')).length).toBeGreaterThan(5);
}, 600_000);

test('row 7: one bit flipped in a file of each newest checkpoint of a real trainer', async () => {
  lab = await openFaultLab();
  const first = lab.startWorker();
  const handle = await lab.start('flipped', file);
  const each = (signal: NodeJS.Signals, pids: readonly number[]) => pids.forEach((pid) => process.kill(pid, signal));
  // Held while the worker is killed: at its end a trainer would finish what it does.
  const held = await until(async () => {
    await withCheckpoint();
    const trainers = trainersOf(first);
    each('SIGSTOP', trainers);
    if (trainingsUnderWay(lab).some(({ checkpoints }) => checkpoints.length > 0)) return trainers;
    each('SIGCONT', trainers);
    return false;
  }, 300_000);
  await kill(first);
  each('SIGKILL', held);
  await allGone(held);
  const struck = trainingsUnderWay(lab).filter(({ checkpoints }) => checkpoints.length > 0);
  for (const { folder, checkpoints } of struck) {
    const path = join(folder, 'checkpoints', checkpoints.at(-1)!, 'model.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(path, bytes);
  }
  expect(struck.length).toBeGreaterThan(0);
  lab.startWorker();
  expect(digestOf(await resultOf(handle))).toBe(expected);
}, 600_000);

test('row 8: a real trainer is killed between the files of a checkpoint', async () => {
  lab = await openFaultLab();
  lab.startWorker(await breaking([1, 2, 3].map((file) => `train.midCheckpoint:kill:${file}`).join(',')));
  const handle = await lab.start('half', file);
  expect(digestOf(await resultOf(handle))).toBe(expected);
  expect(readdirSync(join(lab.home, 'struck'))).toHaveLength(3);
  expect(await violations(lab, 'half', expected)).toEqual([]);
}, 600_000);
