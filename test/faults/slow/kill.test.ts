/** Rows 1 to 4 of the fault matrix: SIGKILL at an observed moment, and the search goes on. Starts real processes. */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { isAlive } from '../../adapters/is-alive.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  kill,
  killServer,
  noted,
  openFaultLab,
  outage,
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

const started = (count: number) => until(async () => (await noted(lab, 'start')).length >= count, 180_000);
const allGone = (pids: readonly number[], milliseconds: number) => until(() => !pids.some(isAlive), milliseconds);

/** How often a step was done again; the fake writes a checkpoint after each. */
async function repeatedSteps(): Promise<number> {
  const steps = await noted(lab, 'step');
  return steps.length - new Set(steps).size;
}

test('row 1: kill -9 of the worker while it trains: its trainers are gone in 2 s, a new worker loses a step each', async () => {
  lab = await openFaultLab(slowSteps);
  const first = lab.startWorker();
  const handle = await lab.start('search', fakeSearch);
  await started(3);
  const trainers = trainersOf(first);
  expect(trainers.length).toBeGreaterThan(0);
  await kill(first);
  await allGone(trainers, 2000);

  lab.startWorker();
  const result = (await handle.result()) as SearchResult;
  expect(digestOf(result)).toBe(expected);
  // Two slots: in each the step under way was done twice at most.
  expect(await repeatedSteps()).toBeLessThanOrEqual(2);
  const tries = [...(await triesOf(lab, 'search')).values()];
  expect(Math.max(...tries.map(({ attempts }) => attempts))).toBe(2);
  expect(await violations(lab, 'search', expected)).toEqual([]);
}, 600_000);

test('row 2: kill -9 of the trainer, again and again: it resumes, and attempts are kills + 1', async () => {
  lab = await openFaultLab({ ...slowSteps, FAKE_STEP_MS: '150' });
  lab.startWorker({ CLIMB_TRAIN_SLOTS: '1' });
  const handle = await lab.start('search', fakeSearch);
  /** Kills the trainer while it works on the n-th proxy that was begun, once that has done so many steps. */
  const strike = async (proxy: number, steps: number) => {
    const { pid } = await until(async () => {
      const keys = [...new Set((await noted(lab, 'start')).map((line) => line.split(' ')[1]))];
      const done = (await noted(lab, 'step')).includes(`step ${keys[proxy]} ${steps - 1}`);
      return done && trainingsUnderWay(lab).find(({ member }) => member.id === keys[proxy]);
    }, 180_000);
    process.kill(pid, 'SIGKILL');
    await allGone([pid], 2000);
  };
  await strike(0, 2);
  await strike(0, 5);
  await strike(2, 3);
  const result = (await handle.result()) as SearchResult;
  expect(digestOf(result)).toBe(expected);
  const again = [...(await triesOf(lab, 'search'))].filter(([, { attempts }]) => attempts > 1);
  expect(again.map(([, { attempts, type }]) => [attempts, type])).toEqual([
    [3, 'killed'],
    [2, 'killed'],
  ]);
  expect(again.every(([id]) => /^i1-p\d+$/.test(id))).toBe(true);
  expect(await repeatedSteps()).toBeLessThanOrEqual(3);
  expect(await violations(lab, 'search', expected)).toEqual([]);
}, 600_000);

test('row 3: kill -9 of the server, 5 s down: the search goes on within 15 s of its return', async () => {
  lab = await openFaultLab(slowSteps);
  lab.startWorker();
  const handle = await lab.start('search', fakeSearch);
  await started(3);
  await killServer(lab);
  await outage(5);
  await lab.restartServer();
  const before = (await noted(lab, 'start')).length;
  await until(async () => (await noted(lab, 'start')).length > before, 15_000);
  const result = (await handle.result()) as SearchResult;
  expect(digestOf(result)).toBe(expected);
  expect(result.proxies).toBe(16);
  expect(await violations(lab, 'search', expected)).toEqual([]);
}, 600_000);

test('row 4: kill -9 of everything: started again on the same state it goes on, finished proxies are kept', async () => {
  lab = await openFaultLab(slowSteps);
  const first = lab.startWorker();
  const handle = await lab.start('search', fakeSearch);
  await started(5);
  const trainers = trainersOf(first);
  await killServer(lab);
  await kill(first);
  for (const pid of trainers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await allGone(trainers, 2000);

  await lab.restartServer();
  lab.startWorker();
  const result = (await handle.result()) as SearchResult;
  expect(digestOf(result)).toBe(expected);
  // Sixteen proxies, and those that were under way (two slots) started twice.
  expect((await noted(lab, 'start')).length).toBeLessThanOrEqual(16 + 2);
  expect(await violations(lab, 'search', expected)).toEqual([]);
}, 600_000);
