/** Rows 1, 3 and 4 of the fault matrix: SIGKILL at an observed moment, and the search goes on. Starts real processes. */
import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isAlive } from '../../adapters/process-life.ts';
import { readServerRecord } from '../../adapters/server-record.ts';
import { ensureServer } from '../../adapters/temporal-server.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { openLab, tinySearch, until, type Lab } from '../search-lab.ts';

const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
let lab: Lab;
let worker: ChildProcess | undefined;

function startWorker(): ChildProcess {
  worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    cwd: repositoryRoot,
    env: { ...lab.env, CLIMB_LIFE_LINE: 'stdin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return worker;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

afterEach(async () => {
  if (worker !== undefined && worker.exitCode === null && worker.signalCode === null) await kill(worker);
  await lab.close();
}, 60_000);

/** Lines of the trainer's log by proxy: how often each step was really done. */
const stepsOf = async () => {
  const counts = new Map<string, number>();
  for (const line of await lab.trainings()) if (line.startsWith('step ')) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
};

test('kill -9 of the worker while it trains: its trainer dies, a new worker goes on, the recipe is the same', async () => {
  const slow = { FAKE_STEPS: '8', FAKE_STEP_MS: '40' };
  lab = await openLab(slow);
  const worker = startWorker();
  const undisturbed = (await (await lab.start('search', file)).result()) as SearchResult;
  await kill(worker);
  await lab.close();

  lab = await openLab(slow);
  const first = startWorker();
  const handle = await lab.start('search', file);
  await until(async () => (await lab.trainings()).filter((line) => line.startsWith('start ')).length >= 3);
  await kill(first);
  startWorker();
  const result = (await handle.result()) as SearchResult;
  expect(result.recipe.digest).toBe(undisturbed.recipe.digest);
  // The fake writes a checkpoint after each step: in each of two slots at most the step under way was done twice.
  const repeated = [...(await stepsOf()).values()].filter((count) => count > 1).length;
  expect(repeated).toBeLessThanOrEqual(2);
  // Every attempt that was resumed began where the killed one had stopped.
  const starts = (await lab.trainings()).filter((line) => line.startsWith('start '));
  expect(starts.length).toBeGreaterThan(result.proxies);
}, 120_000);

test('kill -9 of server and worker at once: both start again on the same state, finished proxies are kept', async () => {
  lab = await openLab({ FAKE_STEPS: '4', FAKE_STEP_MS: '40' });
  const first = startWorker();
  const handle = await lab.start('survivor', file);
  await until(async () => (await lab.trainings()).filter((line) => line.startsWith('start ')).length >= 5);
  const { pid } = readServerRecord(lab.home) ?? { pid: 0 };
  process.kill(pid, 'SIGKILL');
  await kill(first);
  await until(() => Promise.resolve(!isAlive(pid)));
  const starts = (await lab.trainings()).filter((line) => line.startsWith('start ')).length;

  const server = await ensureServer({ home: lab.home, env: lab.env });
  startWorker();
  const result = (await handle.result()) as SearchResult;
  expect(result.proxies).toBe(16);
  const later = (await lab.trainings()).filter((line) => line.startsWith('start ')).length;
  // 16 proxies, and those that were under way (two slots) started twice.
  expect(later).toBeLessThanOrEqual(16 + 2);
  expect(later).toBeGreaterThan(starts);
  await server.stop();
}, 120_000);
