/** Rows 21 and 22 of the fault matrix: what a person does to the budget while a search runs. About 20 s. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { budgetOf, Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '60' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
/** Goes on long enough after its first iteration to be seen there, and changed. */
const long = {
  ...file,
  search: { schedule: [4, 2, 2, 2], candidates: 500 },
  budget: { ...file.budget, proxies: 30 },
};
const workflows = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

const statusOf = (id: string) => lab.client.workflow.getHandle(id).query<Status>('status');
const readRecipe = async ({ recipe }: SearchResult) => JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe;

test('row 21: a budget cut below what is spent starts no new run; the recipe is of what is known, and not verified', async () => {
  const handle = await lab.start('cut', long);
  await until(async () => (await statusOf('cut')).iteration >= 1);
  const answer = await handle.executeUpdate<ReturnType<typeof budgetOf>, [object]>('setBudget', {
    args: [{ proxies: 1, reason: 'enough' }],
  });
  const committed = answer.used.proxies + answer.reserved.proxies;
  expect(answer.effect).toMatch(/^no new iteration \(proxies\), then no verification/);
  const result = (await handle.result()) as SearchResult;
  const recipe = await readRecipe(result);
  expect(result).toMatchObject({ stoppedBy: 'budget', verified: false, proxies: committed });
  expect(recipe).toMatchObject({ stoppedByLimit: 'proxies', unverified: 'budget', verdict: 'not verified' });
  expect(recipe.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
}, 120_000);

test('row 21: so does a deadline in the past, and money or hours below what was spent', async () => {
  const changes = [
    { deadline: '2020-01-01T00:00:00Z' },
    { deviceHours: 1e-9 },
    { money: { limit: 1e-9, perDeviceHour: 2 } },
  ];
  for (const [at, change] of changes.entries()) {
    const id = `cut-${at}`;
    const handle = await lab.start(id, { ...long, seed: 41 + at });
    await until(async () => (await statusOf(id)).iteration >= 1);
    await handle.signal('setBudget', change);
    const result = (await handle.result()) as SearchResult;
    expect(result).toMatchObject({ stoppedBy: 'budget', verified: false });
    expect((await readRecipe(result)).stoppedByLimit).toBe(Object.keys(change)[0]);
  }
}, 120_000);

test('row 22: of 100 changes of the budget at once the last in history wins, field by field, and replay agrees', async () => {
  const handle = await lab.start('changed', {
    ...file,
    seed: 45,
    search: { schedule: [4], candidates: 500 },
    gates: ['report'],
  });
  await until(async () => (await statusOf('changed')).proxies.done >= 1);
  const fields = ['proxies', 'trainTokens', 'concurrency', 'iterations', 'deviceHours'] as const;
  const changes = Array.from({ length: 100 }, (_, at) => {
    const field = fields[at % fields.length] as string;
    const value = { trainTokens: 1e9 + at, deviceHours: 100 + at }[field] ?? 50 + at;
    return at % 7 === 0 ? { [field]: value, money: { limit: 1000 + at, perDeviceHour: 1 + at } } : { [field]: value };
  });
  await Promise.all(
    changes.map((change, at) =>
      at % 2 === 0 ? handle.signal('setBudget', change) : handle.executeUpdate('setBudget', { args: [change] }),
    ),
  );
  await until(async () => (await statusOf('changed')).waitingFor === 'report');
  const { budget } = await handle.query<ReturnType<typeof budgetOf>>('budget');
  const history = await handle.fetchHistory();
  const inHistory = (history.events ?? []).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0]?.data;
    const update =
      event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.args?.payloads?.[0]?.data;
    const data = signal ?? update;
    return data ? [JSON.parse(Buffer.from(data).toString('utf8')) as Record<string, unknown>] : [];
  });
  expect(inHistory).toHaveLength(100);
  const { iterations: _, ...last } = Object.assign({}, ...inHistory) as Record<string, unknown>;
  expect(budget).toMatchObject(last);

  await handle.executeUpdate('approve', { args: [{}] });
  const result = (await handle.result()) as SearchResult;
  const recipe = await readRecipe(result);
  expect(recipe.run.budget).toMatchObject(last);
  expect(recipe.run.money).toBeGreaterThan(0);
  await Worker.runReplayHistory({ workflowsPath: workflows, replayName: 'budget' }, await handle.fetchHistory());
}, 120_000);
