/** Other tasks while a search runs, on a real dev server with a fake trainer. About 50 s: eight searches. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import type { ProxyScore } from '../../climb/verification/proxy-score.ts';
import { openServedLab, tinySearch, writeTask, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '60' });
  await writeTask(lab.home, 'other', 3000);
  await writeTask(lab.home, 'copy', 2000);
}, 60_000);

afterAll(() => lab.close(), 60_000);

const own = (name: string) => ({ name, path: `${name}.jsonl` });
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [4, 2, 2], candidates: 500 },
};

/** Holds a search in its first iteration, with one proxy done at least. */
async function heldAt(id: string, changes: object) {
  const handle = await lab.start(id, { ...file, ...changes });
  const status = () => handle.query<Status>('status');
  await until(async () => (await status()).proxies.done >= 1);
  await handle.executeUpdate('pause', { args: [{}] });
  const send = (name: string, payload: object) => handle.executeUpdate<Status, [object]>(name, { args: [payload] });
  const end = async () => {
    await send('resume', {});
    const result = (await handle.result()) as SearchResult;
    return { result, recipe: JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe };
  };
  return { handle, status, send, end };
}

async function activityIds(workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityId ?? []);
}

const readScore = async (sha256: string) =>
  JSON.parse(await readFile(join(lab.home, 'artifacts', sha256.slice(0, 2), sha256), 'utf8')) as ProxyScore;

test('finished proxies are scored on other tasks from their weights, none is trained again', async () => {
  const tasks = [{ ...own('other'), weight: 3 }, own('searched')];
  const { send, end, status } = await heldAt('other-tasks', {
    seed: 31,
    objective: { guards: { maxLoss: 5 } },
  });
  const asked = await send('setTasks', { tasks, reason: 'the model is for others' });
  expect(asked.detail).toContain('paused');
  expect((await status()).rejected).toEqual([]);
  const { result, recipe } = await end();

  expect(result).toMatchObject({ proxies: 16, verified: true, fromLedger: 0 });
  expect(recipe.spec.tasks.map(({ name, weight }) => [name, weight])).toEqual([
    ['other', 3],
    ['searched', 1],
  ]);
  const { observations } = recipe.evidence;
  expect(observations).toHaveLength(8);
  for (const { losses, score } of observations) {
    const measured = await readScore(score);
    expect(measured.tasks.map(({ name }) => name)).toEqual(['other', 'searched']);
    expect(losses).toEqual(measured.tasks.map(({ bitsPerByte }) => bitsPerByte));
  }
  expect(recipe.evidence.arms[0]?.searched).toHaveLength(2);
  expect([...new Set(recipe.evidence.guards?.map(({ task }) => task))]).toEqual(['other', 'searched', 'reported']);
  expect(recipe.run.taskChanges).toEqual([
    {
      at: expect.any(Number),
      iteration: 1,
      change:
        'other bitsPerByte, searched bitsPerByte instead of searched bitsPerByte; 4 finished proxies scored again; the corpus was cleaned of the items of earlier tasks alone (the model is for others)',
    },
  ]);
  expect(await readFile(result.report.path, 'utf8')).toContain('Searched tasks changed');
  const ids = await activityIds('other-tasks');
  expect(ids.filter((id) => id.startsWith('t1-'))).toEqual([
    't1-open',
    't1-g01',
    't1-g02',
    't1-g03',
    't1-g04',
    't1-ngram',
    't1-refit',
    't1-prune',
  ]);
  expect(ids.filter((id) => /^i1-p\d+$/.test(id))).toHaveLength(4);
}, 120_000);

test('groups score them side by side; z-scores follow the new list, n-gram models end where it has none', async () => {
  const { send, end } = await heldAt('grouped', {
    seed: 37,
    proxy: { ...file.proxy, trainer: 'groups' },
    search: { schedule: [6, 2], candidates: 500 },
    objective: { scale: 'z-score' },
    budget: { proxies: 16, concurrency: 4 },
  });
  await send('setTasks', { tasks: [own('other'), { ...own('searched'), metric: 'accuracy' }] });
  const { result, recipe } = await end();
  expect(result.verified).toBe(true);
  expect(recipe.evidence.taskWeights).toHaveLength(2);
  const scoring = (await activityIds('grouped')).filter((id) => id.startsWith('t1-'));
  // Accuracies have no n-gram models.
  expect(scoring).toEqual(['t1-open', 't1-g01', 't1-g02', 't1-refit', 't1-prune']);
}, 120_000);

test('other weights cost a refit and nothing else', async () => {
  const tasks = [own('searched'), own('other')];
  const { send, end } = await heldAt('other-weights', { seed: 32, tasks });
  await send('setTasks', { weights: { other: 3 } });
  const { recipe } = await end();
  expect(recipe.spec.tasks.map(({ weight }) => weight)).toEqual([1, 3]);
  expect(recipe.run.taskChanges?.[0]?.change).toBe('weights searched 25 %, other 75 %');
  expect((await activityIds('other-weights')).filter((id) => id.startsWith('t1-'))).toEqual(['t1-refit', 't1-prune']);
}, 120_000);

test('items that are reported are refused under any name, with both names, and the search goes on as it was', async () => {
  const { send, end, status } = await heldAt('overlapping', { seed: 33 });
  await expect(send('setTasks', { tasks: [own('reported')] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('"reported" validation is also what the search optimises') },
  });
  await expect(send('setTasks', { weights: { nobody: 2 } })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('no searched task is called so; there are searched') },
  });
  await send('setTasks', { tasks: [own('copy')] });
  const { result, recipe } = await end();
  expect(result.verified).toBe(true);
  expect(recipe.spec.tasks.map(({ name }) => name)).toEqual(['searched']);
  expect(recipe.run.taskChanges).toBeUndefined();
  const { rejected } = await status();
  expect(rejected).toEqual([
    { name: 'setTasks', reason: expect.stringContaining('items of "reported" are also searched, in "copy"') },
  ]);
}, 120_000);

test('a proxy whose weights are gone is left out, and the recipe says so', async () => {
  const { send, end, status } = await heldAt('gone', { seed: 34, budget: { ...file.budget, concurrency: 1 } });
  await until(async () => (await status()).proxies.running === 0);
  const before = (await lab.trainings()).length;
  const { entries } = await lab.client.workflow.getHandle('gone').query<{ entries: { id: string }[] }>('leaderboard');
  expect(entries).not.toEqual([]);
  await removeWeights('gone', entries[0]?.id as string);
  await send('setTasks', { tasks: [own('other')] });
  const { recipe } = await end();
  const ids = recipe.evidence.observations.map(({ id }) => id);
  expect(ids).toHaveLength(7);
  expect(ids).not.toContain(entries[0]?.id);
  expect(recipe.run.taskChanges?.[0]?.change).toContain(`without ${entries[0]?.id}, which`);
  expect((await lab.trainings()).length).toBeGreaterThan(before);
}, 120_000);

/** Takes a proxy's weights out of the store, as a person who cleans up would. */
async function removeWeights(workflowId: string, proxy: string): Promise<void> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = events?.find((event) => event.activityTaskScheduledEventAttributes?.activityId === proxy);
  const completed = events?.find(
    ({ activityTaskCompletedEventAttributes: ended }) => String(ended?.scheduledEventId) === String(scheduled?.eventId),
  );
  const data = completed?.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data as Uint8Array;
  const { members } = JSON.parse(Buffer.from(data).toString('utf8')) as { members: { weights: { sha256: string } }[] };
  const { sha256 } = members[0]?.weights as { sha256: string };
  await rm(join(lab.home, 'artifacts', sha256.slice(0, 2), sha256));
}

test('a budget that does not pay for scoring again refuses the change, and the search ends as it was', async () => {
  const { send, end, status } = await heldAt('poor', { seed: 35 });
  await until(async () => (await status()).proxies.running === 0);
  await send('setTasks', { tasks: [own('other')] });
  await send('setBudget', { deviceHours: 1e-9 });
  const { result, recipe } = await end();
  expect(result).toMatchObject({ stoppedBy: 'budget', verified: false });
  expect(recipe.spec.tasks.map(({ name }) => name)).toEqual(['searched']);
  expect((await status()).rejected).toEqual([
    { name: 'setTasks', reason: expect.stringMatching(/^budget.deviceHours doesn't pay for scoring \d proxies/) },
  ]);
}, 120_000);

test('a stage that gives up on other tasks refuses the change, and the search ends as it was', async () => {
  const { send, end, status } = await heldAt('given-up', { seed: 38 });
  await send('setTasks', { tasks: [own('other')] });
  // The first pass is that of the iteration under way, then come all attempts at the new tasks.
  process.env['CLIMB_FAULTS'] = [2, 3, 4, 5, 6].map((pass) => `prune.before:crash:${pass}`).join(',');
  try {
    const { result, recipe } = await end();
    expect(result).toMatchObject({ verified: true, proxies: 16 });
    expect(recipe.spec.tasks.map(({ name }) => name)).toEqual(['searched']);
    expect(recipe.run.taskChanges).toBeUndefined();
  } finally {
    delete process.env['CLIMB_FAULTS'];
  }
  expect((await status()).rejected).toEqual([
    {
      name: 'setTasks',
      reason: expect.stringMatching(/^the stage pruneCandidates gave up on the new tasks \(.*injected/),
    },
  ]);
}, 120_000);

test('it is too late while what was found is verified', async () => {
  const handle = await lab.start('late', { ...file, seed: 36, gates: ['verify'] });
  await until(async () => (await handle.query<Status>('status')).waitingFor === 'verify');
  await expect(handle.executeUpdate('setTasks', { args: [{ weights: { searched: 2 } }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('too late: the search has stopped searching') },
  });
  await handle.signal('setTasks', { weights: { searched: 2 } });
  await handle.signal('approve', {});
  await handle.result();
  expect((await handle.query<Status>('status')).rejected).toEqual([
    { name: 'setTasks', reason: expect.stringContaining('too late') },
  ]);
}, 120_000);

test('scoring again goes on in the next run where it fills a history: nothing is scored twice, the digest is the same', async () => {
  const changed = async (id: string) => {
    const { handle, send, end } = await heldAt(id, {
      seed: 39,
      search: { schedule: [10], candidates: 500 },
      budget: { proxies: 18, concurrency: 2 },
    });
    await send('setTasks', { tasks: [own('other')] });
    const { result } = await end();
    const groups: string[][] = [];
    for (let run: string | null | undefined = handle.firstExecutionRunId; run;) {
      const { events } = await lab.client.workflow.getHandle(id, run).fetchHistory();
      const ids = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
      groups.push(ids.filter((activity) => activity.startsWith('t1-g')));
      run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    return { digest: result.recipe.digest, groups };
  };
  const whole = await changed('scored-whole');
  try {
    await lab.replaceWorker({ maxHistory: 25 });
    const { digest, groups } = await changed('scored-in-parts');
    expect(digest).toBe(whole.digest);
    expect(groups.filter(({ length }) => length > 0).length).toBeGreaterThan(1);
    expect(groups.flat()).toEqual(whole.groups.flat());
  } finally {
    await lab.replaceWorker({});
  }
}, 180_000);
