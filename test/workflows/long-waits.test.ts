/** Searches that wait for a person while messages fill their history: the next run waits on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { repositoryRoot } from '../../adapters/home.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

const maxHistory = 50;
/** While this file exists every training fails for good. */
const failing = join(tmpdir(), `climb-failing-long-${process.pid}`);
let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '40', FAKE_FAIL: failing });
  await lab.replaceWorker({ maxHistory });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [4] },
  verify: { candidates: 1, seeds: 2, baselines: ['proportional' as const] },
  budget: { proxies: 8, concurrency: 2 },
};
type Handle = Awaited<ReturnType<ServedLab['start']>>;
const statusOf = (handle: Handle) => handle.query<Status>('status');

/**
 * Sends messages that change nothing until the search goes on in another run. Once it has to, it waits a second for the
 * last answer to get out, in which many more may come.
 */
async function talk(handle: Handle): Promise<void> {
  const runOf = async () => (await lab.client.workflow.getHandle(handle.workflowId).describe()).runId;
  const run = await runOf();
  await until(async () => {
    await handle.executeUpdate('setBudget', { args: [{ concurrency: 2 }] });
    return (await runOf()) !== run;
  });
}

test('at a gate, before the iterations and after them', async () => {
  const handle = await lab.start('gated', { ...file, gates: ['search', 'report'] });
  const waitsAt = (gate: string) => until(async () => (await statusOf(handle)).waitingFor === gate);
  await waitsAt('search');
  await talk(handle);
  await waitsAt('search');
  expect(await statusOf(handle)).toMatchObject({ phase: 'waiting', proxies: { done: 0 } });
  await handle.executeUpdate('setBudget', { args: [{ deadline: '2099-01-01T00:00:00Z' }] });
  await talk(handle);
  await handle.executeUpdate('approve', { args: [{}] });
  await waitsAt('report');
  await talk(handle);
  await waitsAt('report');
  expect(await statusOf(handle)).toMatchObject({ phase: 'waiting', proxies: { done: 8 } });
  await handle.executeUpdate('approve', { args: [{}] });
  expect(await handle.result()).toMatchObject({ verified: true, proxies: 8 });
}, 120_000);

test('an update that is refused may be what ends a run, and its history replays', async () => {
  const handle = await lab.start('refused', { ...file, seed: 5, gates: ['search'] });
  await until(async () => (await statusOf(handle)).waitingFor === 'search');
  const { workflow } = lab.client;
  const described = () => workflow.getHandle(handle.workflowId).describe();
  const { runId } = await described();
  // An answer leaves five events, the last three after the workflow has looked; a refusal none, but it looks after two.
  while ((await described()).historyLength + 2 <= maxHistory) {
    await handle.executeUpdate('setBudget', { args: [{ concurrency: 2 }] });
  }
  expect((await described()).runId).toBe(runId);
  await expect(handle.executeUpdate('setBudget', { args: [{ concurrency: -1 }] })).rejects.toThrow();
  await until(async () => (await described()).runId !== runId);

  const replay = { workflowsPath: join(repositoryRoot, 'workflows', 'index.ts'), replayName: 'refused' };
  await Worker.runReplayHistory(replay, await workflow.getHandle(handle.workflowId, runId).fetchHistory());
  await handle.executeUpdate('approve', { args: [{}] });
  expect(await handle.result()).toMatchObject({ verified: true, proxies: 8 });
}, 120_000);

test('in a pause inside a batch', async () => {
  const handle = await lab.start('paused', { ...file, seed: 2 });
  await until(async () => (await statusOf(handle)).proxies.done > 0);
  await handle.executeUpdate('pause', { args: [{ mode: 'checkpoint' }] });
  const { proxies } = await until(async () => {
    const status = await statusOf(handle);
    return status.proxies.running === 0 && status;
  });
  await talk(handle);
  expect(await statusOf(handle)).toMatchObject({ paused: true, proxies: { done: proxies.done, running: 0 } });
  await handle.executeUpdate('resume', { args: [{}] });
  expect(await handle.result()).toMatchObject({ verified: true, proxies: 8 });
}, 120_000);

test.each([
  ['a batch', { ...file, seed: 3 }, 'resume', 4],
  ['a batch whose proxies are asked for', { ...file, seed: 4 }, 'retryFailed', 4],
  [
    'a trunk',
    { ...file, proxy: { ...file.proxy, warmStart: { tokens: 16_384 } }, budget: { proxies: 9 } },
    'resume',
    1,
  ],
])(
  'in need of attention, for %s',
  async (what, search, message, failed) => {
    await writeFile(failing, '');
    const handle = await lab.start(what, search);
    const attention = async () => {
      const status = await until(async () => {
        const now = await statusOf(handle);
        return now.phase === 'needs-attention' && now;
      });
      expect(status.proxies).toMatchObject({ failed, done: 0, running: 0 });
    };
    await attention();
    for (const _ of ['the next run', 'the one after it']) {
      await talk(handle);
      await attention();
    }
    await rm(failing);
    await handle.executeUpdate(message, { args: [{}] });
    expect(await handle.result()).toMatchObject({ verified: true, proxies: search.budget.proxies });
    expect((await statusOf(handle)).proxies.failed).toBe(0);
  },
  120_000,
);
