import { describe, expect, test } from '@jest/globals';
import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { parseBranch } from '../../../climb/spec/branch-merge.ts';
import type { Parent } from '../../../climb/spec/branch-rules.ts';
import { planSearch, scheduleOf } from '../../../climb/spec/plan.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { now, specOf } from '../made-search.ts';

/** A parent after an iteration, with so much charged; 8 proxies, then 4 each, 8 to verify. */
function parentOf(changes: Partial<SearchFile> = {}, iteration = 1, charged = 8): Parent {
  const spec = specOf(changes);
  const cost = { proxies: charged, trainTokens: charged * 500_000, deviceSeconds: charged * 450 };
  return { search: 'parent', spec, iteration, account: { budget: spec.budget, charged: cost } };
}

const merged = (parent: Parent, changes: object = {}) =>
  parseBranch({ branchFrom: { search: parent.search, iteration: parent.iteration }, ...changes }, parent, now);

function problemsOf(parent: Parent, changes: object): readonly Problem[] {
  try {
    merged(parent, changes);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems;
  }
}

test('what a branch leaves out is its parent’s, its budget what that had left', () => {
  const parent = parentOf({ budget: { proxies: 24, trainTokens: 24_000_000, deviceHours: 10 }, seed: 3 });
  const spec = merged(parent);
  expect(spec).toEqual({
    ...parent.spec,
    branchFrom: { search: 'parent', iteration: 1 },
    budget: { ...parent.spec.budget, proxies: 16, trainTokens: 20_000_000, deviceHours: 9 },
  });
});

test('money that was spent is not there any more', () => {
  const budget = { proxies: 24, money: { limit: 100, perDeviceHour: 7 } };
  expect(merged(parentOf({ budget })).budget.money).toEqual({ limit: 93, perDeviceHour: 7 });
});

test('what it says replaces field by field; null takes a field back to its default', () => {
  const parent = parentOf({
    search: { batch: 5, predictor: 'ridge' },
    budget: { proxies: 40, deadline: '2026-09-01T00:00:00Z' },
    constraints: { maxEpochs: 2, bounds: { c0000: { upper: 0.5 } } },
  });
  const spec = merged(parent, {
    seed: 4,
    search: { batch: 3, predictor: null },
    budget: { deadline: null },
    constraints: { bounds: { c0001: { lower: 0.1 } } },
  });
  expect(spec.seed).toBe(4);
  expect(spec.search).toEqual({ preset: 'default', batch: 3 });
  expect(spec.budget).toEqual({ proxies: 32, concurrency: 8 });
  expect(spec.constraints).toMatchObject({ maxEpochs: 2, bounds: { c0001: { lower: 0.1 } } });
});

test('shared iterations cost nothing, and count among the iterations', () => {
  const parent = parentOf({ budget: { proxies: 24 } });
  expect(planSearch(parent.spec)).toMatchObject({ searchProxies: 16, iterations: 3 });
  expect(planSearch(merged(parent))).toMatchObject({ searchProxies: 8, iterations: 3 });
  expect(planSearch(merged(parent, { budget: { proxies: 8 } }))).toMatchObject({ searchProxies: 0, iterations: 1 });
  expect(planSearch(merged(parent, { search: { batch: 2 } }))).toMatchObject({ searchProxies: 8, iterations: 5 });
});

test('a trunk is the parent’s', () => {
  const parent = parentOf({ proxy: { warmStart: { tokens: 1_000_000 } }, budget: { proxies: 25 } }, 1, 9);
  expect(planSearch(parent.spec).trunk.proxies).toBe(1);
  expect(planSearch(merged(parent))).toMatchObject({ trunk: { proxies: 0, tokens: 0 }, iterations: 3 });
});

test('sizes that were scaled to the parent’s budget stay, until the branch names others', () => {
  const parent = parentOf({ search: { preset: 'paper' }, budget: { proxies: 27 } }, 1, 11);
  const sizes = scheduleOf(parent.spec).sizes;
  expect(sizes).toEqual([11, 5, 3]);
  expect(scheduleOf(merged(parent)).sizes).toEqual(sizes);
  expect(planSearch(merged(parent))).toMatchObject({ searchProxies: 8, iterations: 3 });
  const anew = merged(parent, { search: { preset: 'nemo-recipe' }, budget: { proxies: 14 } });
  expect(scheduleOf(anew).sizes.slice(1)).toEqual([4, 2]);
});

test('the n-gram optimum is no baseline where the branch has no n-gram models, nor are RegMix’s runs where it has no RegMix', () => {
  const parent = parentOf({
    verify: { baselines: ['proportional', 'ngram', 'regmix'], regmixProxies: 44 },
    budget: { proxies: 200 },
  });
  const without = merged(parent, { search: { ngram: false } }).verify;
  expect(without).toMatchObject({ baselines: ['proportional', 'regmix'], regmixProxies: 44 });
  expect(merged(parent, { verify: { baselines: ['proportional'] } }).verify).not.toHaveProperty('regmixProxies');
});

describe('refused once the parent is read', () => {
  test.each<[string, Parent, object, string, string]>([
    ['a first batch after the first', parentOf(), { search: { first: 9 } }, 'search.first', 'branch from iteration 0'],
    [
      'evidence after the first iteration',
      parentOf(),
      { search: { warmStart: [{ search: 'x' }] } },
      'search.warmStart',
      'branch from iteration 0',
    ],
    ['fewer iterations', parentOf({}, 2, 12), { search: { iterations: 1 } }, 'search.iterations', 'give at least 2'],
    ['a shorter schedule', parentOf({}, 2, 12), { search: { schedule: [8] } }, 'search.schedule', 'got 1 sizes'],
    ['a budget that was spent', parentOf({}, 2, 24), {}, 'budget.proxies', 'had spent all of its 24 proxies'],
    ['a budget below verification', parentOf(), { budget: { proxies: 7 } }, 'budget.proxies', 'at least 8 are needed'],
    ['tasks that are reported', parentOf(), { tasks: [{ name: 'sciq' }] }, 'report.tasks.0', 'as "parent" left it'],
    [
      'a deadline of the parent that is over',
      parentOf({ budget: { proxies: 24, deadline: '2026-08-01T00:00:01Z' } }),
      {},
      'budget.deadline',
      'null takes it back',
    ],
  ])('%s', (_, parent, changes, path, piece) => {
    const later = path === 'budget.deadline' ? now + 5000 : now;
    let problems: readonly Problem[] = [];
    try {
      parseBranch({ branchFrom: { search: 'parent' }, ...changes }, parent, later);
    } catch (error) {
      problems = (error as InvalidInput).problems;
    }
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)?.message).toContain(piece);
  });

  test('from iteration 0 the first batch may be another', () => {
    const parent = parentOf({}, 0, 0);
    expect(merged(parent, { search: { first: 12 } }).search.first).toBe(12);
    expect(problemsOf(parent, { budget: { proxies: 9 } })[0]?.message).toContain('8 for the first batch');
  });

  test('a snapshot of before 0.3.0 doesn’t say what was spent: the branch does', () => {
    const { account: _account, ...old } = parentOf();
    expect(problemsOf(old, {}).map(({ path }) => path)).toEqual(['budget.proxies']);
    expect(merged(old, { budget: { proxies: 16 } }).budget).toEqual({ proxies: 16, concurrency: 8 });
  });
});
