/** A real dev server, a real worker, real tokens; only training is fake. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
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
  verify: { candidates: 1, seeds: 2, baselines: ['proportional', 'ngram'] },
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

const search = async (workflowId: string, changes: object = {}) => {
  const { recipe, report } = (await (await lab.start(workflowId, { ...file, ...changes })).result()) as SearchResult;
  return {
    recipe: JSON.parse(await readFile(recipe.path, 'utf8')) as Recipe,
    report: await readFile(report.path, 'utf8'),
  };
};

test('a search in bits per byte counts n-grams between its tokens and its first proxy, and says what they knew', async () => {
  const { recipe, report } = await search('with');
  const activities = await activitiesOf('with');
  const order = [...activities.keys()];
  expect(order.indexOf('ngram')).toBe(order.indexOf('tokenise') + 1);
  expect(activities.get('ngram')).toMatchObject({ tasks: [{ name: 'searched' }], trainer: 'fake' });
  const { optimum, predicted } = recipe.evidence.ngram!;
  expect(predicted.optimum).toBeLessThan(predicted.uniform);
  // The items are about one of the four topics, whose cluster the counts find.
  expect(Math.max(...optimum)).toBeGreaterThan(0.9);
  expect(recipe.evidence.verification?.baselines).toEqual(['proportional', 'ngram']);
  expect(report).toContain('## What the words alone know');
  expect(report).toContain('Trained side by side');
}, 60_000);

test('one that asks for none, or can’t be predicted so, counts none', async () => {
  const { verify } = tinySearch;
  const off = await search('off', { search: { ...file.search, ngram: false }, verify });
  expect([...(await activitiesOf('off')).keys()]).not.toContain('ngram');
  expect(off.recipe.evidence.ngram).toBeUndefined();
  expect(off.report).not.toContain('## What the words alone know');
  await search('accuracy', { tasks: [{ ...tinySearch.tasks[0], metric: 'accuracy' }], verify });
  expect([...(await activitiesOf('accuracy')).keys()]).not.toContain('ngram');
}, 120_000);

test('where the trainer can’t say which tokens it scores, the search goes on without, and says so', async () => {
  const fake = lab.settings.trainers['fake']!;
  const old = { ...fake, env: { ...fake.env, FAKE_OLD: '1' } };
  await lab.replaceWorker({ trainers: { ...lab.settings.trainers, old } });
  const { recipe, report } = await search('old', { proxy: { ...file.proxy, trainer: 'old' } });
  expect(recipe.verified).toBe(true);
  expect(recipe.evidence.ngram).toBeUndefined();
  expect(recipe.evidence.missingBaselines).toEqual([{ baseline: 'ngram', why: 'trainer' }]);
  expect(report).not.toContain('## What the words alone know');
}, 120_000);
