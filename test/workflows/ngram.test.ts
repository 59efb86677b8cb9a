/** A real dev server, a real worker, real tokens; only training is fake. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';

let lab: ServedLab;
beforeAll(async () => {
  lab = await openServedLab();
}, 60_000);
afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'fake' },
  search: { ...tinySearch.search, iterations: 1 },
};

/** Inputs of a search's activities by id, in the order in which they were scheduled. */
async function activitiesOf(workflowId: string): Promise<Map<string, Record<string, unknown>>> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return new Map(
    (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
      const data = scheduled?.input?.payloads?.[0]?.data;
      if (!scheduled?.activityId || !data) return [];
      return [[scheduled.activityId, JSON.parse(Buffer.from(data).toString('utf8')) as Record<string, unknown>]];
    }),
  );
}

test('a search in bits per byte counts n-grams between its tokens and its first proxy', async () => {
  await (await lab.start('with', file)).result();
  const activities = await activitiesOf('with');
  const order = [...activities.keys()];
  expect(order.indexOf('ngram')).toBe(order.indexOf('tokenise') + 1);
  expect(activities.get('ngram')).toMatchObject({ tasks: [{ name: 'searched' }], trainer: 'fake' });
}, 60_000);

test('one that asks for none, or can’t be predicted so, counts none', async () => {
  await (await lab.start('off', { ...file, search: { ...file.search, ngram: false } })).result();
  expect([...(await activitiesOf('off')).keys()]).not.toContain('ngram');
  const tasks = [{ ...tinySearch.tasks[0], metric: 'accuracy' }];
  await (await lab.start('accuracy', { ...file, tasks })).result();
  expect([...(await activitiesOf('accuracy')).keys()]).not.toContain('ngram');
}, 120_000);
