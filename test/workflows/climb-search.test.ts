/** A real dev server, a real worker in this process, a fake trainer: whole searches in seconds. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { budgetOf, Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

type Budget = ReturnType<typeof budgetOf>;

/** While this file exists every training fails for good. */
const failing = join(tmpdir(), `climb-failing-${process.pid}`);
/** While this file exists no training begins, or fails. */
const holding = join(tmpdir(), `climb-holding-${process.pid}`);
/** The evaluation that finds this file spoils the weights of its first proxy. */
const spoiling = join(tmpdir(), `climb-spoiling-${process.pid}`);
let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '60', FAKE_FAIL: failing, FAKE_HOLD: holding, FAKE_SPOIL: spoiling });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
const readRecipe = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;

/** Activities of a search in the order in which they were scheduled. */
async function activityIds(workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []);
}

describe('a search', () => {
  let first: SearchResult;

  test('ends with a verified recipe within its budget, and a report', async () => {
    const handle = await lab.start('whole', file);
    first = (await handle.result()) as SearchResult;
    const recipe = await readRecipe(first);

    expect(first.proxies).toBe(16);
    expect(recipe.verified).toBe(true);
    expect(recipe.weights.map(({ cluster }) => cluster)).toEqual(['c0000', 'c0001', 'c0002', 'c0003']);
    expect(recipe.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(recipe.evidence.observations.map(({ id }) => id)).toEqual([
      'i1-p001',
      'i1-p002',
      'i1-p003',
      'i1-p004',
      'i2-p001',
      'i2-p002',
      'i3-p001',
      'i3-p002',
    ]);
    expect(recipe.evidence.verification?.arms.map(({ arm, seeds }) => [arm, seeds])).toEqual([
      ['observed-1', 2],
      ['predicted-1', 2],
      ['uniform', 2],
      ['proportional', 2],
    ]);
    expect(recipe.run.charged.proxies).toBe(16);
    expect(await readFile(first.report.path, 'utf8')).toContain('## Recipe beside the baselines');
  }, 60_000);

  test('started again finds every proxy in the ledger and gives the same digest', async () => {
    const trained = (await lab.trainings()).length;
    const again = (await (await lab.start('again', file)).result()) as SearchResult;
    expect(again.fromLedger).toBe(again.proxies);
    expect(again.recipe.digest).toBe(first.recipe.digest);
    expect((await lab.trainings()).length).toBe(trained);
  }, 60_000);

  test('has a history in which people recognise iterations and proxies', async () => {
    expect(await activityIds('whole')).toEqual(
      expect.arrayContaining([
        'ingest',
        'i1-sample',
        'i1-p001',
        'i1-p001-evaluate',
        'i2-refit',
        'v-uniform-s2',
        'report',
      ]),
    );
  });
});

describe('a search on a device that trains four proxies side by side', () => {
  const grouped = {
    ...tinySearch,
    seed: 17,
    proxy: { ...tinySearch.proxy, trainer: 'groups' },
    search: { ...tinySearch.search, first: 7 },
    budget: { proxies: 18, concurrency: 4 },
  };

  test('trains and scores them in groups, each with a price of its own', async () => {
    const handle = await lab.start('grouped', grouped);
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ proxies: 17, verified: true, fromLedger: 0 });
    const recipe = await readRecipe(result);
    expect(recipe.evidence.observations).toHaveLength(9);
    expect(recipe.run.charged).toMatchObject({ proxies: 17, trainTokens: 17 * 8192 });

    const ids = await activityIds('grouped');
    expect(ids.filter((id) => /^(i\d|v)-[gp]\d/.test(id))).toEqual(
      ['i1-g01', 'i1-g02', 'i2-g01', 'v-g01', 'v-g02'].flatMap((id) => [id, `${id}-evaluate`]),
    );
  }, 60_000);

  test('notes each member of a group that failed, and trains them when it is told to', async () => {
    await writeFile(failing, '70');
    const handle = await lab.start('grouped-attended', { ...grouped, seed: 18 });
    const attention = await until(async () => {
      const status = await handle.query<Status>('status');
      return status.phase === 'needs-attention' && status;
    });
    expect(attention.proxies).toMatchObject({ done: 0, failed: 7 });
    expect(attention.failures.map(({ id }) => id)).toEqual(expect.arrayContaining(['i1-p001', 'i1-p007']));
    expect(new Set(attention.failures.map(({ id }) => id)).size).toBe(7);
    await rm(failing);
    await handle.executeUpdate('resume', { args: [{}] });
    const result = (await handle.result()) as SearchResult;
    expect((await readRecipe(result)).run.proxies).toMatchObject({ done: 17, failed: 0, fromLedger: 0 });
  }, 60_000);

  test('tries the members of a group that a trainer refuses one by one', async () => {
    await writeFile(failing, '');
    const handle = await lab.start('grouped-refused', { ...grouped, seed: 19 });
    await until(async () => (await handle.query<Status>('status')).phase === 'needs-attention');
    const ids = await activityIds('grouped-refused');
    expect(ids.filter((id) => id.startsWith('i1-g'))).toEqual(['i1-g01', 'i1-g02']);
    expect(ids.filter((id) => /^i1-p\d/.test(id))).toHaveLength(7);
    await rm(failing);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  }, 60_000);

  test('and starts none of them while it is paused, nor more at once than the budget allows by then', async () => {
    await Promise.all([failing, holding].map((path) => writeFile(path, '')));
    const handle = await lab.start('grouped-refused-paused', { ...grouped, seed: 20 });
    const status = () => handle.query<Status>('status');
    await until(async () => (await status()).proxies.running > 0);
    await handle.executeUpdate('pause', { args: [{}] });
    await rm(holding);
    await until(async () => (await status()).proxies.running === 0);
    await rm(failing);
    expect((await activityIds('grouped-refused-paused')).filter((id) => /^i1-[gp]\d/.test(id))).toEqual(['i1-g01']);

    await handle.executeUpdate('setBudget', { args: [{ concurrency: 1 }] });
    await handle.executeUpdate('resume', { args: [{}] });
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ proxies: 17, verified: true, fromLedger: 0 });
    expect((await readRecipe(result)).run.charged).toMatchObject({ proxies: 17, trainTokens: 17 * 8192 });
    expect(await mostAlone('grouped-refused-paused')).toBe(1);
  }, 60_000);

  test('trains a proxy again whose weights broke, and scores the others of its group without', async () => {
    await writeFile(spoiling, '');
    const result = (await (await lab.start('grouped-spoilt', { ...grouped, seed: 21 })).result()) as SearchResult;
    expect(result).toMatchObject({ proxies: 17, verified: true, fromLedger: 0 });
    expect((await readRecipe(result)).run).toMatchObject({
      proxies: { done: 17, failed: 0 },
      charged: { proxies: 17, trainTokens: 17 * 8192 },
    });
    const ids = await activityIds('grouped-spoilt');
    const alone = ['i1-p001', 'i1-p002', 'i1-p003'].flatMap((id) => [id, `${id}-evaluate`]);
    expect(ids.filter((id) => /^i1-p\d/.test(id)).sort()).toEqual(alone);
  }, 60_000);
});

/** The most trainings of an iteration's proxies alone that were under way at once. */
async function mostAlone(workflowId: string): Promise<number> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  const alone = new Set<string>();
  let [running, most] = [0, 0];
  for (const event of events ?? []) {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
    if (/^i1-p\d+$/.test(scheduled?.activityId ?? '')) {
      alone.add(String(event.eventId));
      most = Math.max(most, (running += 1));
    }
    if (alone.has(String(completed?.scheduledEventId))) running -= 1;
  }
  return most;
}

const longFile = {
  ...file,
  seed: 8,
  search: { ...file.search, stop: { gain: false as const } },
  budget: { proxies: 20, concurrency: 1 },
};

describe('messages', () => {
  test('a search is paused, its budget raised and cut, and it ends with what is known', async () => {
    const handle = await lab.start('steered', longFile);
    const status = () => handle.query<Status>('status');
    await until(async () => (await status()).proxies.done >= 1);

    const paused = await handle.executeUpdate<Status, [object]>('pause', { args: [{}] });
    expect(paused.paused).toBe(true);
    await until(async () => (await status()).proxies.running === 0);
    const { done } = (await status()).proxies;

    const raised = await handle.executeUpdate<Budget, [object]>('setBudget', {
      args: [{ proxies: 30, reason: 'more' }],
    });
    expect(raised.budget.proxies).toBe(30);
    expect(raised.effect).toMatch(/more iterations, then verification of 2 candidates/);
    expect((await status()).proxies.done).toBe(done);

    await handle.signal('setBudget', { proxies: 9 });
    await handle.signal('resume');
    const result = (await handle.result()) as SearchResult;
    expect(result.stoppedBy).toBe('budget');
    expect(result.proxies).toBeLessThanOrEqual(9);
    expect((await readRecipe(result)).run.budgetChanges.map(({ change }) => change)).toEqual([
      'proxies = 30 (more)',
      'proxies = 9',
    ]);
  }, 60_000);

  test('a bad update is refused and leaves no trace, a bad signal is shown in the status', async () => {
    const handle = await lab.start('rejecting', { ...longFile, seed: 9 });
    await expect(handle.executeUpdate('setBudget', { args: [{ proxies: -1 }] })).rejects.toThrow();
    await handle.signal('setBudget', { proxis: 3 });
    const { rejected } = await until(async () => {
      const status = await handle.query<Status>('status');
      return status.rejected.length > 0 && status;
    });
    expect(rejected).toEqual([{ name: 'setBudget', reason: expect.stringContaining('proxis: unknown field') }]);

    await handle.signal('finishEarly', { after: 'now' });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  }, 60_000);

  test('finishEarly after the iteration verifies what was found', async () => {
    const handle = await lab.start('early', { ...longFile, seed: 10 });
    await until(async () => (await handle.query<Status>('status')).proxies.done >= 1);
    await handle.signal('finishEarly', { after: 'iteration' });
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ stoppedBy: 'finishEarly', verified: true, proxies: 12 });
  }, 60_000);

  test('a cancelled search leaves no trainer behind and a recipe marked as not verified', async () => {
    const handle = await lab.start('cancelled', { ...longFile, seed: 11 });
    await until(async () => (await handle.query<Status>('status')).iteration >= 1);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    const recipe = await readRecipe({ recipe: { path: `${lab.home}/searches/cancelled/recipe.json` } } as SearchResult);
    expect(recipe).toMatchObject({ verified: false, verdict: 'not verified', stoppedBy: 'cancelled' });
  }, 60_000);
});

describe('a search whose trainer fails', () => {
  test('waits for a person, and goes on from there when it is told to', async () => {
    await writeFile(failing, '');
    const handle = await lab.start('attended', { ...file, seed: 15 });
    const attention = await until(async () => {
      const status = await handle.query<Status>('status');
      return status.phase === 'needs-attention' && status;
    });
    expect(attention.proxies).toMatchObject({ done: 0, failed: 4 });
    expect(attention.detail).toContain('told to fail by the test');

    await rm(failing);
    await handle.executeUpdate('resume', { args: [{}] });
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ proxies: 16, verified: true });
    expect((await readRecipe(result)).run.proxies).toMatchObject({ done: 16, failed: 0, fromLedger: 0 });
  }, 60_000);

  test('ends at once when it is finished early while it is paused', async () => {
    const handle = await lab.start('paused-and-finished', { ...longFile, seed: 16 });
    await until(async () => (await handle.query<Status>('status')).iteration >= 1);
    await handle.signal('pause', {});
    await handle.signal('finishEarly', { after: 'now' });
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ verified: false, stoppedBy: 'finishEarly' });
  }, 60_000);
});

test('a search cancelled in its first iteration is cancelled, not failed', async () => {
  const handle = await lab.start('cancelled-early', { ...file, seed: 13 });
  await until(async () => (await handle.query<Status>('status')).proxies.running > 0);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
}, 60_000);

test('two searches at once over one corpus share what they both need, and agree', async () => {
  const twin = { ...file, seed: 14 };
  const before = await lab.trainings();
  const [one, two] = await Promise.all(
    ['twin-1', 'twin-2'].map(async (id) => (await (await lab.start(id, twin)).result()) as SearchResult),
  );
  expect(one?.recipe.digest).toBe(two?.recipe.digest);
  const starts = (await lab.trainings()).slice(before.length).filter((line) => line.startsWith('start '));
  expect(starts.length).toBe(one?.proxies);
}, 60_000);

test('a search that continues as new keeps its state, its name and its digest', async () => {
  const short = { ...file, seed: 12 };
  const whole = (await (await lab.start('in-one-run', short)).result()) as SearchResult;

  await lab.replaceWorker({ maxHistory: 60 });
  const handle = await lab.start('in-many-runs', short);
  const result = (await handle.result()) as SearchResult;
  const { raw } = await lab.client.workflow.getHandle('in-many-runs').describe();
  expect(raw.workflowExecutionInfo?.execution?.runId).not.toBe(handle.firstExecutionRunId);
  expect(result.proxies).toBe(whole.proxies);
  expect(result.recipe.digest).toBe(whole.recipe.digest);
}, 90_000);
