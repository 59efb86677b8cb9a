/** Searches with every baseline, guards, z-scores and the recipe at fewer tokens; plain texts as what is searched for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab();
  const texts = Array.from({ length: 20 }, (_, at) =>
    JSON.stringify({ text: `the text number ${at} that I care for` }),
  );
  await writeFile(join(lab.home, 'texts.jsonl'), `${texts.join('\n')}\n`);
}, 60_000);

afterAll(() => lab.close(), 60_000);

const file = {
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: 'groups' },
  tasks: [
    { name: 'texts', path: 'texts.jsonl' },
    { name: 'searched', path: 'searched.jsonl' },
  ],
  // 4 + 2 to search, 44 of RegMix, (1 + 5) × 2 to verify, 2 at half the tokens.
  budget: { proxies: 64, concurrency: 8 },
  verify: {
    candidates: 1,
    seeds: 2,
    baselines: ['uniform', 'proportional', 'random', 'unimax', 'regmix'],
    regmixProxies: 44,
    efficiency: [0.5],
  },
  objective: { guards: { maxLoss: 5 } },
};

async function read(result: SearchResult) {
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  return { result, recipe, report: await readFile(result.report.path, 'utf8') };
}

async function activityIds(search: string) {
  const { events } = await lab.client.workflow.getHandle(search).fetchHistory();
  return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
}

test('every baseline is an arm, RegMix after a search of its own, all within the budget', async () => {
  const { result, recipe, report } = await read((await (await lab.start('all', file)).result()) as SearchResult);
  const ids = recipe.evidence.arms.map(({ id }) => id);
  expect(ids.slice(-5)).toEqual(['uniform', 'proportional', 'random', 'unimax', 'regmix']);
  const shorter = recipe.arm === 'proportional' ? 0 : 2;
  expect(result).toMatchObject({ verified: true, proxies: 62 + shorter });
  expect(recipe.hashes).toMatchObject({ regmix: expect.any(String) });
  expect(report).toContain('- regmix: RegMix (arXiv 2407.01492)');

  // What RegMix trained is neither observed by the search nor on its leaderboard.
  expect(recipe.evidence.observations.map(({ id }) => id)).toEqual(expect.not.arrayContaining(['r-p001']));
  const board = await lab.client.workflow.getHandle('all').query<{ entries: { id: string }[] }>('leaderboard');
  expect(board.entries.every(({ id }) => /^i\d/.test(id))).toBe(true);
  expect(await activityIds('all')).toEqual(expect.arrayContaining(['r-sample', 'r-g01', 'r-fit', 'v-sample', 'e-arm']));
}, 120_000);

test('plain texts are searched for, guarded and traded against questions', async () => {
  const recipe = JSON.parse(await readFile(join(lab.home, 'searches/all/recipe.json'), 'utf8')) as Recipe;
  const [arm] = recipe.evidence.arms;
  expect(arm?.searched).toMatchObject([{ task: 'texts', accuracy: null }, { task: 'searched' }]);
  expect(new Set(recipe.evidence.guards?.map(({ task }) => task))).toEqual(new Set(['texts', 'searched', 'reported']));
  expect(recipe.evidence.guards?.every(({ kept }) => kept)).toBe(true);
  expect(recipe.evidence.pareto?.observed.length).toBeGreaterThan(0);
});

test('the recipe at half the tokens is beside the proportional mixture at all of them', async () => {
  const recipe = JSON.parse(await readFile(join(lab.home, 'searches/all/recipe.json'), 'utf8')) as Recipe;
  if (recipe.arm === 'proportional') return expect(recipe.evidence.efficiency).toBeUndefined();
  expect(recipe.evidence.efficiency).toMatchObject({ arm: recipe.arm, tokens: 8192, skipped: [] });
  expect(recipe.evidence.efficiency?.points.map(({ tokens }) => tokens)).toEqual([4096, 8192]);
  const runs = Object.keys(recipe.hashes).filter((name) => name.startsWith('score.e1-'));
  expect(runs).toEqual([`score.e1-${recipe.arm}-s1`, `score.e1-${recipe.arm}-s2`]);
});

test('the same file gives the same recipe, and the ledger pays', async () => {
  const [first, again] = [
    JSON.parse(await readFile(join(lab.home, 'searches/all/recipe.json'), 'utf8')) as Recipe,
    (await (await lab.start('again', file)).result()) as SearchResult,
  ];
  expect(again).toMatchObject({ recipe: { digest: first.digest }, fromLedger: again.proxies });
}, 120_000);

test('a budget that is lowered leaves out RegMix and says so; the others are compared', async () => {
  const handle = await lab.start('cut', { ...file, seed: 41 });
  await until(async () => (await handle.query<Status>('status')).iteration >= 1);
  await handle.signal('setBudget', { proxies: 30 });
  const { recipe, report } = await read((await handle.result()) as SearchResult);
  expect(recipe.evidence.missingBaselines).toEqual([{ baseline: 'regmix', why: 'proxies' }]);
  expect(recipe.evidence.arms.map(({ id }) => id)).toEqual(expect.arrayContaining(['random', 'unimax']));
  expect(recipe.verified).toBe(true);
  expect(report).toContain('- not compared: regmix, since the budget (proxies) did not reach for it');
}, 60_000);

test('constraints under which too few of its mixtures differ leave out RegMix before any of them is trained', async () => {
  // Two weights share a half, and most draws are moved to the nearest of two bounds.
  const narrow = {
    ...file,
    constraints: { pinned: { c0000: 0.25, c0001: 0.25 }, bounds: { c0002: { lower: 0.25, upper: 0.3 } } },
  };
  const { result, recipe, report } = await read((await (await lab.start('narrow', narrow)).result()) as SearchResult);
  expect(recipe.evidence.missingBaselines).toEqual([{ baseline: 'regmix', why: 'failed' }]);
  expect(await activityIds('narrow')).toEqual(expect.arrayContaining(['r-sample']));
  expect((await activityIds('narrow')).filter((id) => /^r-(g|p|fit)/.test(id))).toEqual([]);
  expect(result.proxies).toBeLessThan(64 - 44 + 1);
  expect(recipe.verified).toBe(true);
  expect(report).toContain('- not compared: regmix, since too few of its mixtures differ');
}, 120_000);

test('with z-scores tasks of different metrics are searched together', async () => {
  const mixed = {
    ...tinySearch,
    proxy: { ...tinySearch.proxy, trainer: 'groups' },
    tasks: [
      { name: 'texts', path: 'texts.jsonl' },
      { name: 'searched', path: 'searched.jsonl', metric: 'accuracy' },
    ],
    objective: { scale: 'z-score' },
  };
  const { recipe, report } = await read((await (await lab.start('mixed', mixed)).result()) as SearchResult);
  const { taskWeights = [] } = recipe.evidence;
  expect(taskWeights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  expect(report).toContain('each task divided by its spread over these proxies');
}, 60_000);
