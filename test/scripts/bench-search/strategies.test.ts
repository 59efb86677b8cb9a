import { describe, expect, test } from '@jest/globals';
import { type Mixture, mixtureKey } from '../../../climb/mixture/mixture.ts';
import { pruneCandidates, sampleBatch } from '../../../climb/mixture/propose.ts';
import { fitPredictor } from '../../../climb/predictor/predictor.ts';
import { stream } from '../../../climb/random.ts';
import { searchSettings } from '../../../climb/spec/search-presets.ts';
import { regmixRecommendation } from '../../../climb/verification/regmix.ts';
import type { Problem } from '../../../scripts/bench/search/problem.ts';
import { Runs } from '../../../scripts/bench/search/runs.ts';
import { scaled } from '../../../scripts/bench/search/strategies/climb.ts';
import { strategies } from '../../../scripts/bench/search/strategies/index.ts';
import { tableProblem } from '../../../scripts/bench/search/table-problem.ts';
import { madeRuns } from './made-table.ts';

const table = tableProblem(madeRuns({ domains: 5, targets: 3, runs: 60, seed: 1 }), [0, 1]);

/** Any mixture can be run; the first domain helps. */
const simplex = (): Problem => ({
  prior: [0.2, 0.5, 0.2, 0.1],
  taskWeights: [1],
  mixtures: null,
  run: (mixture, at) => [2 - Math.sqrt(mixture[0]!) + 0.01 * stream(at, ['noise']).normal()],
});

const names = Object.keys(strategies);

describe.each(names)('%s on a table', (name) => {
  const run = (budget: number, seed: number) => strategies[name]!(table, { budget, batch: 4, seed });

  test('keeps to the budget, runs no row twice, and recommends one of the table', () => {
    const rows = new Set(table.mixtures.map(mixtureKey));
    for (const budget of [4, 13, 28]) {
      const { evaluated, recommended, predictedBest } = run(budget, 3);
      expect(evaluated).toHaveLength(budget);
      expect(new Set(evaluated.map(mixtureKey)).size).toBe(budget);
      expect([...evaluated, recommended, predictedBest ?? recommended].every((m) => rows.has(mixtureKey(m)))).toBe(
        true,
      );
    }
  });

  test('a budget above the table ends with the table', () => {
    expect(run(100, 1).evaluated).toHaveLength(60);
  });

  test('the same seed runs the same, another seed another', () => {
    expect(run(16, 1)).toEqual(run(16, 1));
    expect(run(16, 1).evaluated).not.toEqual(run(16, 2).evaluated);
  });

  test('scores are those of the runs, in their order', () => {
    const { evaluated, scores } = run(12, 5);
    evaluated.forEach((mixture, at) => {
      expect(scores.map((task) => task[at])).toEqual(table.run(mixture, at));
    });
  });
});

// The published strategies draw and rank 100,000 candidates: seconds.
describe.each(names)('%s where any mixture can be run', (name) => {
  test('keeps to the budget, repeats nothing', () => {
    const { evaluated, recommended } = strategies[name]!(simplex(), { budget: 24, batch: 4, seed: 2 });
    expect(new Set(evaluated.map(mixtureKey)).size).toBe(24);
    for (const mixture of [...evaluated, recommended]) expect(total(mixture)).toBe(1e6);
    // Too few runs for the others: their trees hardly split.
    if (name === 'default') expect(recommended[0]).toBeGreaterThan(0.8);
  }, 60_000);
});

test('default takes the batch from its settings: a first batch at least as large', () => {
  const order = (batch: number) => strategies.default!(table, { budget: 32, batch, seed: 1 }).evaluated;
  expect(order(16).slice(0, 8)).not.toEqual(order(4).slice(0, 4));
  expect(order(64)).toHaveLength(32);
});

test('default finds the same whether a search of another budget was run before it or not', () => {
  const shared = simplex();
  const found = (problem: Problem, budget: number) => strategies.default!(problem, { budget, batch: 5, seed: 2 });
  found(shared, 21);
  for (const budget of [11, 16, 24]) expect(found(shared, budget)).toEqual(found(simplex(), budget));
}, 60_000);

test('regmix recommends what a search with its runs would be compared with, and the prior where no tree splits', () => {
  const problem = simplex();
  const { evaluated, scores, recommended } = strategies.regmix!(problem, { budget: 60, batch: 4, seed: 2 });
  const request = { mixtures: evaluated, scores: scores[0]!, prior: problem.prior, seed: 2 };
  expect(recommended).toEqual(regmixRecommendation(request));
  expect(strategies.regmix!(problem, { budget: 30, batch: 4, seed: 2 }).recommended).toEqual(problem.prior);
}, 60_000);

test('default runs the batches that the stages of a search would', () => {
  const problem = simplex();
  const { evaluated, scores } = strategies.default!(problem, { budget: 24, batch: 8, seed: 2 });
  const settings = searchSettings({ search: { preset: 'default', batch: 8 }, tasks: [] });
  const before = evaluated.slice(0, 16);
  const predictor = fitPredictor({
    mixtures: before,
    scores: scores.map((task) => task.slice(0, 16)),
    taskWeights: [1],
    kind: settings.predictor,
  });
  const { prior } = problem;
  const constraints = { lower: prior.map(() => 0), upper: prior.map(() => 1) };
  const request = { predictor, evaluated: before, settings, size: 8 };
  const pool = settings.candidates;
  const candidates = pruneCandidates({ ...request, prior, constraints, seed: 2, iteration: 3, pool });
  expect(evaluated.slice(16)).toEqual(sampleBatch({ ...request, candidates, draws: { seed: 2, iteration: 3 } }));
}, 60_000);

test('the published schedule is scaled and sums to the budget', () => {
  expect(scaled([64, 32, 16], 112)).toEqual([64, 32, 16]);
  expect(scaled([64, 32, 16], 56)).toEqual([32, 16, 8]);
  expect(scaled([64, 32, 16], 5)).toEqual([4, 1, 0]);
});

test('runs refuse a second run of a mixture and a spent budget', () => {
  const runs = new Runs(table, 2);
  const [a, b, c] = table.mixtures as readonly [Mixture, Mixture, Mixture];
  runs.evaluate([a]);
  expect(() => runs.evaluate([a])).toThrow(/was run before/);
  runs.evaluate([b]);
  expect(() => runs.evaluate([c])).toThrow(/budget of 2 runs is spent/);
  expect(runs.objective).toEqual([a, b].map((m) => (table.run(m, 0)[0]! + table.run(m, 0)[1]!) / 2));
});

function total(mixture: Mixture): number {
  return Math.round(mixture.reduce((sum, weight) => sum + weight, 0) * 1e6);
}
