/** A pause that ends running trainings at a checkpoint, and what goes on after it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { budgetOf, Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

type Budget = ReturnType<typeof budgetOf>;

const steps = 8;
const maxHistory = 50;
let lab: ServedLab;
/** Where the same searches run undisturbed, with a ledger of their own. */
let calm: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEPS: String(steps), FAKE_STEP_MS: '150' });
  calm = await openServedLab({ FAKE_STEPS: String(steps) });
}, 120_000);

afterAll(() => Promise.all([lab.close(), calm.close()]), 120_000);

/** As many in flight as twice what the worker trains at once: half of them wait for their turn. */
const alone = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, stop: { gain: false as const } },
  // Tokens for each proxy once.
  budget: { proxies: 16, trainTokens: 16 * 8192, concurrency: 4 },
};
const grouped = {
  ...alone,
  seed: 2,
  proxy: { ...tinySearch.proxy, trainer: 'groups' },
  budget: { proxies: 16, trainTokens: 16 * 8192, concurrency: 8 },
};
const long = { ...alone, seed: 3, search: { ...alone.search, first: 12 }, budget: { proxies: 24, concurrency: 4 } };

/** Starts and steps of trainings since `from`, by the proxy's key. */
async function trainingsSince(from: number, where = lab) {
  const steps = new Map<string, number[]>();
  const starts = new Map<string, number[]>();
  for (const line of (await where.trainings()).slice(from)) {
    const [what, key, step] = line.split(' ') as [string, string, string];
    const of = what === 'step' ? steps : starts;
    of.set(key, [...(of.get(key) ?? []), Number(step)]);
  }
  return { steps, starts };
}

/** Pauses while trainings run, resumes when none does. @returns the status in between */
async function pauseAtCheckpoint(handle: Awaited<ReturnType<ServedLab['start']>>, after: () => Promise<boolean>) {
  const status = () => handle.query<Status>('status');
  await until(after);
  const answer = await handle.executeUpdate<Status, [object]>('pause', { args: [{ mode: 'checkpoint' }] });
  expect(answer.paused).toBe(true);
  const held = await until(async () => {
    const now = await status();
    return now.proxies.running === 0 && now;
  });
  const { reserved, used } = await handle.query<Budget>('budget');
  expect(reserved).toEqual({ proxies: 0, trainTokens: 0, deviceHours: 0 });
  expect(used.proxies).toBe(held.proxies.done);
  expect(used.trainTokens).toBeGreaterThanOrEqual(held.proxies.done * 8192);
  await handle.executeUpdate('resume', { args: [{}] });
  return held;
}

describe.each([
  ['alone', alone],
  ['in groups', grouped],
])('trainings %s that a pause cut', (how, search) => {
  test('go on from their checkpoints after it: no step is trained twice, each is charged once, the digest is the same', async () => {
    const from = (await lab.trainings()).length;
    const handle = await lab.start(`paused ${how}`, search);
    const begun = async () => (await trainingsSince(from)).steps.size > 0;
    const first = await pauseAtCheckpoint(handle, begun);
    expect(first.proxies.done).toBeLessThan(4);
    await pauseAtCheckpoint(handle, async () => (await handle.query<Status>('status')).iteration >= 1);
    const result = (await handle.result()) as SearchResult;

    const { steps: trained, starts } = await trainingsSince(from);
    expect(trained.size).toBe(16);
    for (const done of trained.values()) expect(done).toEqual(Array.from({ length: steps }, (_, step) => step));
    expect([...starts.values()].some((at) => at.some((step) => step > 0))).toBe(true);
    const { run } = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
    expect(run.charged).toMatchObject({ proxies: 16, trainTokens: 16 * 8192 });
    expect(run.proxies).toEqual({ done: 16, failed: 0, diverged: 0, fromLedger: 0 });

    const undisturbed = (await (await calm.start(`calm ${how}`, search)).result()) as SearchResult;
    expect(result.recipe.digest).toBe(undisturbed.recipe.digest);
  }, 180_000);
});

test('trainings that a pause cut and that never go on are charged what they used', async () => {
  const from = (await lab.trainings()).length;
  const handle = await lab.start('cut for good', { ...alone, seed: 4 });
  await until(async () => (await trainingsSince(from)).steps.size === 2);
  await handle.executeUpdate('pause', { args: [{ mode: 'checkpoint' }] });
  await until(async () => (await handle.query<Status>('status')).proxies.running === 0);
  const used = async () => (await handle.query<Budget>('budget')).used;
  // Two of the four waited for a slot.
  expect(await used()).toMatchObject({ proxies: 0, trainTokens: 2 * 8192 });
  await handle.executeUpdate('finishEarly', { args: [{ after: 'now' }] });
  await expect(handle.result()).rejects.toThrow();
  expect(await used()).toMatchObject({ proxies: 0, trainTokens: 2 * 8192 });
}, 60_000);

test('a part of a group that a pause cut begins anew, and both are charged', async () => {
  const from = (await lab.trainings()).length;
  const cut = { ...grouped, seed: 5, search: { schedule: [4] }, budget: { proxies: 12, concurrency: 4 } };
  const handle = await lab.start('cut smaller', cut);
  await until(async () => (await trainingsSince(from)).steps.size > 0);
  await handle.executeUpdate('pause', { args: [{ mode: 'checkpoint' }] });
  await until(async () => (await handle.query<Status>('status')).proxies.running === 0);
  // Eight are kept for the verification.
  await handle.executeUpdate('setBudget', { args: [{ proxies: 11 }] });
  await handle.executeUpdate('resume', { args: [{}] });
  await until(async () => (await handle.query<Status>('status')).iteration === 1);
  await handle.executeUpdate('finishEarly', { args: [{ after: 'now' }] });
  await handle.result();
  const starts = [...(await trainingsSince(from)).starts.values()].filter((at) => at.length > 1);
  expect(starts.every((at) => at.every((step) => step === 0))).toBe(true);
  const { proxies, trainTokens } = (await handle.query<Budget>('budget')).used;
  expect(trainTokens).toBe((4 + proxies) * 8192);
}, 60_000);

test('a trunk that a pause cut goes on too', async () => {
  const slow = await openServedLab({ FAKE_STEPS: String(steps), FAKE_STEP_MS: '500' });
  try {
    const handle = await slow.start('trunk', {
      ...alone,
      proxy: { ...alone.proxy, warmStart: { tokens: 16_384 } },
      target: { tokens: 65_536 },
      search: { schedule: [2] },
      budget: { proxies: 16, trainTokens: 16_384 + 15 * 8192, concurrency: 4 },
    });
    await pauseAtCheckpoint(handle, async () => (await trainingsSince(0, slow)).steps.size > 0);
    await until(async () => (await handle.query<Status>('status')).phase === 'search');
    const { steps: trained, starts } = await trainingsSince(0, slow);
    const [[trunk, done]] = [...trained] as [[string, number[]]];
    expect(done).toEqual(Array.from({ length: steps }, (_, step) => step));
    expect(starts.get(trunk)).toHaveLength(2);
    expect((await handle.query<Budget>('budget')).used.trainTokens).toBe(16_384);
    await handle.signal('finishEarly', { after: 'now' });
    await handle.result().catch(() => undefined);
  } finally {
    await slow.close();
  }
}, 120_000);

test('a trunk that a pause cut and that failed then is paid for again each time it is tried', async () => {
  const failing = join(tmpdir(), `climb-failing-cut-${process.pid}`);
  const slow = await openServedLab({ FAKE_STEPS: String(steps), FAKE_STEP_MS: '150', FAKE_FAIL: failing });
  try {
    const handle = await slow.start('trunk', {
      ...alone,
      proxy: { ...alone.proxy, warmStart: { tokens: 16_384 } },
      target: { tokens: 65_536 },
      budget: { proxies: 17, trainTokens: 16_384 + 16 * 8192, concurrency: 4 },
    });
    const used = async () => (await handle.query<Budget>('budget')).used.trainTokens;
    const attention = async () => (await handle.query<Status>('status')).phase === 'needs-attention';
    await until(async () => (await trainingsSince(0, slow)).steps.size > 0);
    await handle.executeUpdate('pause', { args: [{ mode: 'checkpoint' }] });
    await until(async () => (await handle.query<Status>('status')).proxies.running === 0);
    await writeFile(failing, '');
    await handle.executeUpdate('resume', { args: [{}] });
    await until(attention);
    expect(await used()).toBe(16_384);
    for (const paid of [2, 3]) {
      expect(await handle.executeUpdate('retryFailed', { args: [{}] })).toBe(1);
      await until(async () => (await used()) === paid * 16_384 && (await attention()));
    }
    await handle.signal('finishEarly', { after: 'now' });
    await handle.result().catch(() => undefined);
  } finally {
    await slow.close();
    await rm(failing, { force: true });
  }
}, 120_000);

test('what a pause cut is carried over where the search continues as new', async () => {
  await lab.replaceWorker({ maxHistory });
  const from = (await lab.trainings()).length;
  const handle = await lab.start('carried', long);
  for (const done of [2, 5, 8]) {
    await pauseAtCheckpoint(handle, async () => (await handle.query<Status>('status')).proxies.done >= done);
  }
  await handle.result();
  const { steps: trained } = await trainingsSince(from);
  for (const done of trained.values()) expect(done).toEqual(Array.from({ length: steps }, (_, step) => step));
  const { runId } = await lab.client.workflow.getHandle('carried').describe();
  expect(runId).not.toBe(handle.firstExecutionRunId);
}, 180_000);
