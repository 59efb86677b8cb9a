/** Rows 24 to 26, 28 and 29 of the fault matrix: a search that is called off at any moment, two at once, any order. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../../climb/search/recipe.ts';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import type { Status } from '../../../climb/search/search-views.ts';
import { openServedLab, type ServedLab } from '../../search-lab.ts';
import { until } from '../../until.ts';
import { digestOf, fakeSearch, forget, noted, slowSteps } from '../fault-lab.ts';

/** While they exist no training begins, every training fails, and trainings end in an order drawn from the content. */
const [holding, failing, order] = ['holding', 'failing', 'order'].map((name) =>
  join(tmpdir(), `climb-${name}-${process.pid}`),
) as [string, string, string];

let lab: ServedLab;
beforeAll(async () => {
  lab = await openServedLab({ ...slowSteps, FAKE_HOLD: holding, FAKE_FAIL: failing, FAKE_ORDER: order });
}, 120_000);
afterEach(async () => {
  delete process.env['CLIMB_FAULTS'];
  for (const file of [holding, failing, order]) await rm(file, { force: true });
  await forget(lab);
  await writeFile(join(lab.home, 'trainings.log'), '');
}, 60_000);
afterAll(() => lab.close(), 120_000);

const run = async (id: string, file: object = fakeSearch) =>
  (await (await lab.start(id, file)).result()) as SearchResult;

/** Trainers of this lab that work: those that wait for work are the worker's own. */
function trainersAtWork(): string[] {
  const runs = join(lab.home, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs).filter((name) => {
    try {
      const { pid } = JSON.parse(readFileSync(join(runs, name, 'owner.json'), 'utf8')) as { pid: number };
      return existsSync(`/proc/${pid}`);
    } catch {
      return false;
    }
  });
}

/** Every phase that a search has: a trunk first, a ladder at the end. */
const long = {
  ...fakeSearch,
  proxy: { ...fakeSearch.proxy, warmStart: { tokens: 8192 } },
  verify: { ...fakeSearch.verify, ladder: [{ width: 32, layers: 1 }] },
  target: { tokens: 300_000 },
  budget: { ...fakeSearch.budget, proxies: 27 },
};

type Moment = { phase: string; faults?: string; hold?: true; fail?: true; after?: number };
const moments: Moment[] = [
  { phase: 'ingest', faults: 'ingest.afterShard:delay=3000' },
  { phase: 'embed', faults: 'embed.afterBatch:delay=3000' },
  { phase: 'cluster', faults: 'cluster.beforePublish:delay=3000' },
  { phase: 'trunk', hold: true },
  { phase: 'search', after: 4 },
  { phase: 'needs-attention', fail: true },
  { phase: 'search', faults: 'refit.after:delay=3000' },
  { phase: 'verify', after: 2 },
  { phase: 'ladder', after: 2 },
  { phase: 'report', faults: 'report.beforePublish:delay=3000' },
];

test('row 24: cancelled in each phase: all ends in 10 s and the grace, what is known is reported, and the next start goes on', async () => {
  const expected = digestOf(await run('undisturbed', long));
  const whole = (await noted(lab, 'step')).length;
  await forget(lab);
  await writeFile(join(lab.home, 'trainings.log'), '');

  for (const { phase, faults, hold, fail, after = 0 } of moments) {
    if (faults !== undefined) process.env['CLIMB_FAULTS'] = faults;
    if (hold) await writeFile(holding, '');
    if (fail) await writeFile(failing, '70');
    const handle = await lab.start('called-off', long);
    const done = (await noted(lab, 'step')).length;
    await until(async () => {
      const status = await handle.query<Status>('status').catch(() => undefined);
      return status?.phase === phase && (await noted(lab, 'step')).length >= done + after;
    }, 240_000);
    await handle.cancel();
    // 20 s are the grace of a trainer that is asked to stop.
    const called = performance.now();
    await handle.result().catch(() => undefined);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    await until(() => trainersAtWork().length === 0, 30_000);
    expect(performance.now() - called).toBeLessThan(30_000);
    const path = join(lab.home, 'searches', 'called-off', 'recipe.json');
    if (['verify', 'ladder', 'report'].includes(phase)) {
      const recipe = JSON.parse(await readFile(path, 'utf8')) as Recipe;
      expect([phase, recipe.stoppedBy]).toEqual([phase, 'cancelled']);
      expect(recipe.verified).toBe(phase !== 'verify');
    }
    delete process.env['CLIMB_FAULTS'];
    for (const file of [holding, failing]) await rm(file, { force: true });
  }
  expect(digestOf(await run('called-off', long))).toBe(expected);
  const steps = await noted(lab, 'step');
  expect(new Set(steps).size).toBe(whole);
  expect(steps.length).toBeLessThanOrEqual(1.05 * whole);
}, 900_000);

test('row 25: terminated while it trains: its trainers are gone, and the next start goes on from their checkpoints', async () => {
  const handle = await lab.start('terminated', fakeSearch);
  await until(async () => (await noted(lab, 'step')).length >= 5, 240_000);
  expect(trainersAtWork().length).toBeGreaterThan(0);
  await handle.terminate('a person did');
  // The worker hears of it with its next heartbeat, and the trainer has its grace.
  await until(() => trainersAtWork().length === 0, 30_000);
  const before = (await noted(lab, 'step')).length;
  const { recipe } = await run('terminated', fakeSearch);
  const steps = await noted(lab, 'step');
  expect(steps.length - new Set(steps).size).toBeLessThanOrEqual(2);
  expect(before).toBeGreaterThanOrEqual(5);
  await forget(lab);
  expect(digestOf(await run('undisturbed', fakeSearch))).toBe(recipe.digest);
}, 600_000);

test('row 26, row 28: two searches over one corpus at once, in a worker that remembers one of them: shared work, equal digests', async () => {
  const alone = digestOf(await run('alone'));
  await forget(lab);
  await writeFile(join(lab.home, 'trainings.log'), '');
  await lab.replaceWorker({ cachedWorkflows: 1 });
  const [one, two] = await Promise.all([run('one'), run('two')]);
  expect([digestOf(one), digestOf(two)]).toEqual([alone, alone]);
  const starts = await noted(lab, 'start');
  // Each of the sixteen was trained for one of the two.
  expect(new Set(starts).size).toBe(starts.length);
  expect(one.fromLedger + two.fromLedger).toBe(16);
  await lab.replaceWorker({});
}, 600_000);

test('row 29: proxies that finish in 20 random orders: 20 equal digests', async () => {
  const file = { ...fakeSearch, budget: { ...fakeSearch.budget, concurrency: 8 } };
  await lab.replaceWorker({ trainSlots: 4 });
  const digests = new Set<string>();
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    await writeFile(order, String(seed));
    await writeFile(join(lab.home, 'trainings.log'), '');
    digests.add(digestOf(await run(`order-${seed}`, file)));
    const last = (await noted(lab, 'step')).filter((line) => line.endsWith(' 7'));
    orders.add(last.join());
    for (const folder of ['ledger/proxy', 'ledger/score', 'runs']) {
      await rm(join(lab.home, folder), { recursive: true, force: true });
    }
  }
  expect(digests.size).toBe(1);
  expect(orders.size).toBeGreaterThan(15);
}, 1_800_000);
