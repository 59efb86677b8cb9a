/** `climb gc` beside searches: what it takes, they don't miss. A real server, a worker, a fake trainer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactStore } from '../../adapters/artifact-store.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { findGarbage, removeGarbage } from '../../adapters/housekeeping.ts';
import { openSearches } from '../../adapters/open-searches.ts';
import type { Status } from '../../climb/search/search-views.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { openServedLab, tinySearch, writeTask, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

const fine = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
const kept = ['artifacts', 'ledger', 'runs', 'searches'];
let lab: ServedLab;
let digest: string;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '20' });
  const first = await run('first');
  digest = first.recipe.digest;
}, 300_000);
afterAll(() => lab.close(), 60_000);

const run = async (id: string, file: object = fine) => (await (await lab.start(id, file)).result()) as SearchResult;

/** As if nobody had worked here for years. */
async function ageEverything(): Promise<void> {
  const longAgo = new Date(2001, 0);
  for (const folder of kept) {
    for (const path of await filesBelow(join(lab.home, folder))) {
      await utimes(join(lab.home, folder, path), longAgo, longAgo).catch(() => undefined); // it was just removed
    }
  }
}

const garbage = async () =>
  findGarbage({
    home: lab.home,
    forget: [],
    open: (await openSearches(lab.client)).map(({ names }) => names),
    cutoff: Date.now() - 24 * 3600 * 1000,
  });

/** The command as people run it: its exit code and all that it printed. */
function gc(...args: string[]): Promise<{ code: number; said: string }> {
  const { NODE_OPTIONS: _, ...env } = lab.env;
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', 'scripts/climb.ts', 'gc', ...args];
    execFile(process.execPath, command, { cwd: repositoryRoot, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
}

test('shows what would go and removes nothing; told to, it removes that, and a repeated search costs nothing', async () => {
  const lost = await new ArtifactStore(join(lab.home, 'artifacts')).put('of a search that nobody kept');
  await ageEverything();
  const before = await filesBelow(lab.home);
  const shown = await gc();
  expect(shown).toMatchObject({ code: 0, said: expect.stringContaining('Nothing was removed') });
  expect(await filesBelow(lab.home)).toEqual(before);

  expect(await gc('--delete')).toMatchObject({ code: 0, said: expect.stringContaining('Removed from') });
  const after = await filesBelow(lab.home);
  expect(after).not.toContain(`artifacts/${lost.sha256.slice(0, 2)}/${lost.sha256}`);
  expect((await garbage()).artifacts).toEqual([]);

  const again = await run('again');
  expect(again).toMatchObject({ fromLedger: again.proxies, recipe: { digest } });
}, 300_000);

test('leaves all that a branch of a kept search goes on from, and nothing that they share is paid for again', async () => {
  await run('parent', {
    ...fine,
    proxy: { ...fine.proxy, warmStart: { tokens: 16_384 } },
    budget: { proxies: 17, trainTokens: 16 * 8192 + 16_384, concurrency: 2 },
  });
  await writeTask(lab.home, 'another', 3000);
  await ageEverything();
  expect(await gc('--delete')).toMatchObject({ code: 0 });
  const started = async () => (await lab.trainings()).filter((line) => line.startsWith('start')).length;
  const before = await started();
  const branchFrom = { search: 'parent', iteration: 1 };
  const same = await run('same', { branchFrom });
  expect(same).toMatchObject({ verified: true, fromLedger: same.proxies });
  expect(await started()).toBe(before);
  // What was trained for the iteration is scored on other tasks from its weights.
  const other = await run('other', { branchFrom, tasks: [{ name: 'another', path: 'another.jsonl' }] });
  expect(other.verified).toBe(true);
  expect(await started()).toBe(before + other.proxies - other.fromLedger);
}, 300_000);

test('one that is killed after any number of removals leaves nothing that a search trips over', async () => {
  await rm(join(lab.home, 'searches'), { recursive: true });
  await ageEverything();
  const found = await garbage();
  expect(found.artifacts.length).toBeGreaterThan(20);
  // It dies when half of the artifacts are gone, before the ledger is told.
  const half = found.artifacts.filter((_, at) => at % 2 === 0);
  await removeGarbage(lab.home, { ...found, artifacts: half, entries: [], runs: [] });
  expect((await run('half')).recipe.digest).toBe(digest);
}, 300_000);

test('beside a search that runs it takes nothing that the search needs, however old that is', async () => {
  await rm(join(lab.home, 'searches'), { recursive: true });
  await ageEverything();
  const handle = await lab.start('beside', fine);
  await handle.signal('pause', { mode: 'drain' });
  await until(async () => (await handle.query<Status>('status')).paused, 120_000);
  expect(await gc('--delete', '--older-than', '0')).toMatchObject({ code: 1, said: expect.stringContaining('beside') });
  expect(await gc('--delete', '--older-than', '0', '--offline')).toMatchObject({ code: 1 });
  expect(await gc('--delete', '--forget', 'beside')).toMatchObject({ code: 1, said: expect.stringContaining('runs') });
  await handle.signal('resume', {});
  let swept = 0;
  let done = false;
  const result = handle.result().finally(() => (done = true));
  while (!done) {
    const found = await garbage();
    await removeGarbage(lab.home, found);
    swept += found.artifacts.length;
  }
  expect(((await result) as SearchResult).recipe.digest).toBe(digest);
  expect(swept).toBeGreaterThan(0);
}, 300_000);

test('beside an assignment of later files it takes nothing that its history alone names', async () => {
  const store = new ArtifactStore(join(lab.home, 'artifacts'));
  const domainSet = await store.put('a domain set of a search that nobody kept');
  await ageEverything();
  // Nobody serves this queue: it runs until it is told to end.
  const handle = await lab.client.workflow.start('assignDomains', {
    taskQueue: 'nobody',
    workflowId: 'assigning',
    args: [{ domainSet, corpus: { path: 'corpus' } }],
  });
  await until(async () => (await openSearches(lab.client)).length > 0, 60_000);
  expect(await gc('--delete', '--older-than', '0')).toMatchObject({
    code: 1,
    said: expect.stringContaining('1 searches or assignments run (assigning)'),
  });
  expect(await gc('--delete')).toMatchObject({ code: 0 });
  expect(await store.isWhole(domainSet)).toBe(true);
  await handle.terminate();
  await until(async () => (await openSearches(lab.client)).length === 0, 60_000);
  await ageEverything();
  expect(await gc('--delete')).toMatchObject({ code: 0 });
  expect(await store.has(domainSet)).toBe(false);
}, 120_000);

test('forgets a search that it is told to forget, names those it knows, and needs a server or a word', async () => {
  expect(await gc('--forget', 'nobody')).toMatchObject({ code: 1, said: expect.stringContaining('kept are: beside') });
  await ageEverything();
  expect(await gc('--delete', '--forget', 'beside')).toMatchObject({ code: 0 });
  expect(await readdir(join(lab.home, 'searches'))).toEqual([]);
  expect(await filesBelow(join(lab.home, 'artifacts'))).toEqual([]);
  lab.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  expect(await gc('--delete')).toMatchObject({ code: 1, said: expect.stringContaining('--offline') });
  expect(await gc('--delete', '--offline')).toMatchObject({ code: 0 });
  expect(await gc('--older-than', 'soon')).toMatchObject({ code: 1, said: expect.stringContaining('number of days') });
}, 120_000);
