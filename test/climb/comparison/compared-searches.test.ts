import { describe, expect, test } from '@jest/globals';
import { compareSearches } from '../../../climb/comparison/compared-searches.ts';
import type { Side } from '../../../climb/comparison/side.ts';
import { finishRecipe } from '../../../climb/search/recipe.ts';
import type { Branch } from '../../../climb/search/search-state.ts';
import { comparedLines } from '../../../scripts/compared-lines.ts';
import { bodyOf, domainSet, run, runsAt, smallSpec } from '../made-recipe.ts';

const levels = [2, 2.1, 2.2, 2.3];

/** A finished search whose recommended arm reached a level. */
function sideOf(search: string, level = 2, changes: Partial<Side> = {}, branch?: Branch): Side {
  const body = bodyOf(levels, { versions: { trainer: 'climb_trainer 1' } });
  const recipe = finishRecipe(body, { ...run, search, ...(branch && { branch }) });
  return {
    search,
    spec: smallSpec,
    recipe,
    snapshot: null,
    domainSet: 'domains',
    clusters: domainSet.clusters.map(({ cluster, label }) => ({ cluster, label })),
    weights: [0.2, 0.7, 0.1],
    items: { sciq: 'items of sciq', 'own (test)': 'own items' },
    trainer: 'climb_trainer 1',
    runs: runsAt([level])[0]!,
    ...changes,
  };
}

const branchOf = (...of: string[]): Branch => ({ search: of[0]!, iteration: 1, of, shared: 4, file: {} });

test('two searches beside one another: weights with their distance, scores with intervals, cost', () => {
  const compared = compareSearches(sideOf('a'), sideOf('b', 2.5, { weights: [0.5, 0.3, 0.2] }));
  expect(compared.weights?.distance).toBeCloseTo(0.4, 9);
  expect(compared.files).toEqual([]);
  expect(compared.ancestry).toEqual({ nearest: null });
  expect(compared.scores.not).toEqual([]);
  expect(compared.scores.tasks.map(({ task }) => task)).toEqual(['sciq', 'own (test)']);
  for (const { a, b, advantage } of compared.scores.tasks) {
    expect(b.mean - a.mean).toBeCloseTo(0.5, 6);
    expect(advantage.mean).toBeCloseTo(0.5, 6);
    expect(advantage.lower).toBeGreaterThan(0);
    expect(advantage.upper).toBeGreaterThan(advantage.mean);
    expect([a.lower < a.mean, a.mean < a.upper, a.seeds]).toEqual([true, true, 2]);
  }
  expect(compared.a).toMatchObject({
    verdict: 'better than every baseline',
    cost: { proxies: 24, deviceHours: 0.3428 },
  });
  const text = comparedLines(compared);
  expect(text).toContain('they share no ancestor');
  expect(text).toContain('weights, total variation distance 0.4000');
  expect(text).toMatch(/sciq bitsPerByte {2}a 2\.\d+ .* \+0\.5000 \[0\.\d+, 0\.\d+\] {2}a is better/);
});

test('swapping the two turns every sign', () => {
  const [a, b] = [sideOf('a'), sideOf('b', 2.5)];
  const [one, other] = [compareSearches(a, b), compareSearches(b, a)];
  for (const [at, { advantage }] of one.scores.tasks.entries()) {
    expect(other.scores.tasks[at]?.advantage.mean).toBeCloseTo(-advantage.mean, 12);
    expect(other.scores.tasks[at]?.advantage.lower).toBeCloseTo(-advantage.upper, 12);
  }
});

test('files are told apart field by field', () => {
  const spec = {
    ...smallSpec,
    seed: 9,
    budget: { ...smallSpec.budget, deviceHours: 2 },
    tasks: smallSpec.tasks.slice(1),
  };
  const { files } = compareSearches(sideOf('a'), sideOf('b', 2, { spec }));
  expect(files.map(({ path }) => path)).toEqual(['budget.deviceHours', 'seed', 'tasks']);
  expect(files[0]).toEqual({ path: 'budget.deviceHours', a: null, b: 2 });
});

describe('what can’t be compared says why', () => {
  const other = { ...smallSpec, proxy: { ...smallSpec.proxy, tokens: 1_000_000 } };
  const elsewhere = { ...smallSpec, report: { tasks: smallSpec.report.tasks.slice(1) } };
  const byAccuracy = {
    ...smallSpec,
    report: { tasks: smallSpec.report.tasks.map((task) => ({ ...task, metric: 'accuracy' as const })) },
  };
  test.each<[string, Partial<Side>, string]>([
    ['other items', { items: { sciq: 'others', 'own (test)': 'own items' } }, 'its items are others'],
    ['unknown items', { items: { 'own (test)': 'own items' } }, 'nothing says which'],
    ['another shape', { spec: other }, 'different shapes'],
    ['another trainer', { trainer: 'x 2' }, 'trained with climb_trainer 1 and x 2'],
    ['a task of one alone', { spec: elsewhere }, 'only "a" reports it'],
    ['another metric', { spec: byAccuracy }, 'measured by bitsPerByte and by accuracy'],
    ['lost artifacts', { runs: null }, 'the scores of "b" aren\'t among the artifacts here'],
    ['no recipe', { runs: null, recipe: null }, '"b" has no verified recipe'],
  ])('%s', (_, changes, why) => {
    const { scores } = compareSearches(sideOf('a'), sideOf('b', 2, changes));
    expect(scores.not.find(({ task }) => task === 'sciq')?.why).toContain(why);
    expect(scores.tasks.map(({ task }) => task)).not.toContain('sciq');
  });

  test('weights over other clusters', () => {
    const compared = compareSearches(sideOf('a'), sideOf('b', 2, { domainSet: 'others' }));
    expect(compared.weights).toBeNull();
    expect(comparedLines(compared)).toContain('the clusters are others');
  });
});

test.each<[string, Side, Side, string | null, string]>([
  [
    'parent and branch',
    sideOf('a'),
    sideOf('b', 2, {}, branchOf('a')),
    'a',
    'b comes from a and shares 4 scored proxies',
  ],
  ['branch and parent', sideOf('b', 2, {}, branchOf('a')), sideOf('a'), 'a', 'b comes from a'],
  [
    'two branches',
    sideOf('b', 2, {}, branchOf('a', 'root')),
    sideOf('c', 2, {}, branchOf('x', 'root')),
    'root',
    'both come from root',
  ],
  ['itself', sideOf('a'), sideOf('a'), 'a', 'they are the same search'],
])('ancestry: %s', (_, a, b, nearest, sentence) => {
  const compared = compareSearches(a, b);
  expect(compared.ancestry).toEqual({ nearest });
  expect(comparedLines(compared)).toContain(sentence);
});
