/**
 * Whatever is sent to a search has a defined answer and harms nothing: one search that is sent all of it, on a real dev
 * server, and ends as its twin does that nobody wrote to. About 20 s.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { messageNames } from '../../climb/spec/messages.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;
let handle: WorkflowHandle;

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [4], candidates: 500 },
  gates: ['search'],
};

beforeAll(async () => {
  lab = await openServedLab();
  handle = await lab.start('pestered', file);
  await until(async () => (await handle.query<Status>('status')).waitingFor === 'search');
}, 60_000);

afterAll(() => lab.close(), 60_000);

/** Name, payload, and a piece of the answer. */
const bad: [string, unknown, string][] = [
  ['setBudget', { proxies: '200' }, 'proxies: expected number, got "200"'],
  ['setBudget', { proxies: -5 }, 'proxies: Too small'],
  ['setBudget', { trainTokens: 0.5 }, 'trainTokens: expected int'],
  ['setBudget', { deviceHours: -1 }, 'deviceHours'],
  ['setBudget', { deadline: 'tomorrow' }, 'deadline'],
  ['setBudget', { concurrency: 0 }, 'concurrency'],
  ['setBudget', { iterations: 1e9 }, 'iterations'],
  ['setBudget', { money: { limit: 5 } }, 'give both limit and perDeviceHour'],
  ['setBudget', { money: 5 }, 'money'],
  ['setBudget', {}, 'at least one field to change'],
  ['setBudget', [{ proxies: 5 }], 'expected object'],
  ['setBudget', { proxies: 20, proxy: 1 }, 'proxy: unknown field'],
  ['setBudget', 'more', 'expected object, got "more"'],
  ['pause', { mode: 'stop' }, '"drain"|"checkpoint"'],
  ['pause', { now: true }, 'now: unknown field'],
  ['resume', 7, 'expected object, got 7'],
  ['retryFailed', { proxies: ['i9-p999'] }, 'no proxy "i9-p999" has failed'],
  ['retryFailed', { proxies: 'all' }, 'expected array'],
  ['setTasks', {}, 'either tasks'],
  ['setTasks', { tasks: [] }, 'tasks'],
  ['setTasks', { tasks: [{ name: 'searched', weight: -1 }] }, 'tasks.0.weight'],
  ['setTasks', { weights: { searched: 0 } }, 'weights.searched'],
  ['setTasks', { weights: { nobody: 1 } }, 'no searched task is called so'],
  ['approve', { gate: 'heaven' }, 'gate'],
  ['approve', { gate: 'report' }, 'its gates are search'],
  ['finishEarly', { after: 'tomorrow' }, '"iteration"|"now"'],
  ['finishEarly', { after: 'now', force: true }, 'force: unknown field'],
  ['stop', {}, 'a search has no message "stop": it takes setBudget, pause, resume'],
  ['status', {}, '"status" is a query'],
  ['__proto__', {}, 'a search has no message "__proto__"'],
];

test('each message has a case', () => {
  expect(bad.map(([name]) => name)).toEqual(expect.arrayContaining([...messageNames]));
});

describe('as an update', () => {
  test.each(bad)('%s %j is refused', async (name, payload, piece) => {
    const refused = await handle.executeUpdate(name, { args: [payload] }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((refused as WorkflowUpdateFailedError).cause?.message).toContain(piece);
  });
});

describe('as a signal', () => {
  test.each(bad)('%s %j changes nothing and stands in status.rejected', async (name, payload, piece) => {
    await handle.signal(name, payload);
    const last = await until(async () => {
      const { rejected } = await handle.query<Status>('status');
      const [newest] = rejected.slice(-1);
      return newest?.name === name && newest.reason.includes(piece) && newest;
    });
    expect(last.name).toBe(name);
  });

  test('without a payload, or with several, it counts as what its first one is', async () => {
    await handle.signal('setBudget');
    await handle.signal('pause', { mode: 'drain' }, 'and more');
    await until(async () => (await handle.query<Status>('status')).paused);
    await handle.signal('resume', {});
    const status = await until(async () => {
      const now = await handle.query<Status>('status');
      return !now.paused && now;
    });
    expect(status.rejected.at(-1)?.reason).toContain('at least one field to change');
  });

  test('one that is huge leaves little behind', async () => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field${at}`, at]));
    await handle.signal('setBudget', fields);
    const { rejected } = await until(async () => {
      const status = await handle.query<Status>('status');
      return status.rejected.at(-1)?.reason.includes('field0') === true && status;
    });
    expect(rejected.at(-1)?.reason.length).toBeLessThanOrEqual(1000);
    expect(rejected.length).toBeLessThanOrEqual(20);
  });
});

test('the search was not harmed: it ends as one does that nobody wrote to', async () => {
  const twin = (await (await lab.start('left-alone', { ...file, gates: undefined })).result()) as SearchResult;
  await handle.executeUpdate('approve', { args: [{}] });
  const result = (await handle.result()) as SearchResult;
  expect(result).toMatchObject({ verified: true, stoppedBy: twin.stoppedBy });
  expect(result.recipe.digest).toBe(twin.recipe.digest);
}, 120_000);

describe('after the end', () => {
  test.each(messageNames)('%s is answered by Temporal: there is no such workflow running', async (name) => {
    const payload = { setBudget: { proxies: 9 }, setTasks: { weights: { searched: 2 } } }[name as string] ?? {};
    await expect(handle.signal(name, payload)).rejects.toThrow(WorkflowNotFoundError);
    await expect(handle.executeUpdate(name, { args: [payload] })).rejects.toThrow(WorkflowNotFoundError);
  });

  test('queries still answer', async () => {
    expect(await handle.query<Status>('status')).toMatchObject({ phase: 'done' });
    expect(await handle.query('plan')).toMatchObject({ steps: [] });
  });
});
