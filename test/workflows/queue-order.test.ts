/** What of a search waits for the queue of the devices, and in which order it is served. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Priority } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '100' });
  await lab.replaceWorker({ trainSlots: 1 });
}, 60_000);

afterAll(() => lab.close(), 60_000);

/** Twelve proxies that all wait at once for one device. */
const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { schedule: [12], ngram: false, predictor: 'ridge' },
  verify: { candidates: 1, baselines: ['uniform' as const] },
  budget: { proxies: 16, concurrency: 12 },
};

type Handle = Awaited<ReturnType<ServedLab['start']>>;

/** When each activity on that queue was asked for and began, by its id. */
async function timesOf(handle: Handle): Promise<Map<string, { asked: number; began: number }>> {
  const { events = [] } = await handle.fetchHistory();
  const asked = new Map(
    events?.map(({ eventId, eventTime, activityTaskScheduledEventAttributes: stage }) => {
      return [String(eventId), { id: stage?.activityId ?? '', asked: tsToMs(eventTime) }];
    }),
  );
  const times = new Map<string, { asked: number; began: number }>();
  for (const { eventTime, activityTaskStartedEventAttributes: began } of events ?? []) {
    const stage = asked.get(String(began?.scheduledEventId));
    if (stage !== undefined && /^i1-p\d/.test(stage.id)) times.set(stage.id, { ...stage, began: tsToMs(eventTime) });
  }
  return times;
}

test('proxies are scored before most of those are trained that waited for their turn', async () => {
  const handle = await lab.start('order', file);
  await handle.result();
  const times = [...(await timesOf(handle))];
  const [scorings, trainings] = [true, false].map((scores) =>
    times.filter(([id]) => id.endsWith('-evaluate') === scores).map(([, when]) => when),
  );
  expect([scorings?.length, trainings?.length]).toEqual([12, 12]);
  const overtook = scorings!.map(
    (scoring) => trainings!.filter(({ began }) => scoring.asked < began && began < scoring.began).length,
  );
  // The server keeps the order of the priorities within each partition of the queue, so a scoring may be unlucky. All
  // together: 4 to 12 in ten runs; 26 to 47 in five where scorings had no priority of their own.
  expect(overtook.reduce((sum, trained) => sum + trained, 0)).toBeLessThanOrEqual(18);
}, 120_000);

test('the queue knows whose search a stage is, and keeps the priority that it was given', async () => {
  const small = { ...file, search: { ...file.search, schedule: [4] }, budget: { proxies: 8 } };
  const prioritiesOf = async (workflowId: string, priority?: Priority) => {
    const handle = await lab.client.workflow.start('climbSearch', {
      taskQueue: 'climb',
      workflowId,
      args: [small],
      ...(priority && { priority }),
    });
    await handle.result();
    const { events } = await handle.fetchHistory();
    const stages = events?.map((event) => event.activityTaskScheduledEventAttributes);
    const of = (id: string) => stages?.find((stage) => stage?.activityId === id)?.priority;
    return { run: handle.firstExecutionRunId, priorities: [of('i1-p001'), of('i1-p001-evaluate')] };
  };
  const usual = await prioritiesOf('usual');
  expect(usual.priorities).toMatchObject([
    { priorityKey: 3, fairnessKey: usual.run },
    { priorityKey: 2, fairnessKey: usual.run },
  ]);
  expect((await prioritiesOf('shared', { fairnessKey: 'team' })).priorities).toMatchObject([
    { priorityKey: 3, fairnessKey: 'team' },
    { priorityKey: 2, fairnessKey: 'team' },
  ]);
  const urgent = await prioritiesOf('urgent', { priorityKey: 1 });
  expect(urgent.priorities).toMatchObject([
    { priorityKey: 1, fairnessKey: urgent.run },
    { priorityKey: 1, fairnessKey: urgent.run },
  ]);
}, 120_000);
