import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { project, satisfies, type Constraints } from '../../../climb/mixture/constraints.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { ngramOptimum, weightedGradient } from '../../../climb/ngram/ngram-optimum.ts';
import { exactNgramScores } from '../../../climb/ngram/ngram-scores.ts';
import { stream } from '../../../climb/random.ts';
import { madePrior } from './made-text.ts';

const clusters = 6;
const prior = madePrior(clusters, [[0, 0, 1], [2], [0, 1, 2, 3]]);
const taskWeights = [0.5, 0.2, 0.3];
const within = (lower: number, upper: number) => ({
  lower: uniform(clusters).map(() => lower),
  upper: uniform(clusters).map(() => upper),
});
const free = within(0, 1);
const objective = (mixtures: readonly (readonly number[])[]) => {
  const scores = exactNgramScores(prior, mixtures);
  return mixtures.map((_, i) => taskWeights.reduce((sum, weight, t) => sum + weight * scores[t]![i]!, 0));
};

for (const [name, constraints] of [
  ['anywhere', free],
  ['under a cap', within(0, 0.3)],
  ['between bounds', within(0.05, 0.25)],
  ['with one cluster pinned', { lower: [0, 0, 0, 0, 0.4, 0], upper: [1, 1, 1, 1, 0.4, 1] }],
] as const) {
  test(`${name} no random mixture is better, of a thousand`, () => {
    const found = ngramOptimum({ prior, taskWeights, constraints });
    expect(satisfies(found, constraints)).toBe(true);
    expect(found).toEqual(quantise(found));
    const draws = stream(9, [name]);
    const random = Array.from({ length: 1000 }, (_, i) => {
      const around = i % 2 === 0 ? uniform(clusters).map(() => 1) : found.map((weight) => 100 * weight + 0.1);
      return project(dirichlet(around, draws), constraints);
    });
    expect(objective([found])[0]).toBeLessThanOrEqual(Math.min(...objective(random)) + 1e-6);
  });

  test(`${name} it satisfies the conditions of Karush, Kuhn and Tucker`, () => {
    const found = ngramOptimum({ prior, taskWeights, constraints });
    const { gradient } = weightedGradient(prior, taskWeights, found);
    const where = (free: (weight: number, c: number) => boolean) => gradient.filter((_, c) => free(found[c]!, c));
    const mayGrow = where((weight, c) => weight < constraints.upper[c]! - 1e-6);
    const mayShrink = where((weight, c) => weight > constraints.lower[c]! + 1e-3);
    // What may grow gains no more than what may shrink loses.
    expect(Math.max(...mayGrow) - Math.min(...mayShrink)).toBeLessThan(0.01);
  });
}

test('under bounds of groups, one within the other, no random mixture is better', () => {
  const constraints: Constraints = {
    ...within(0.01, 1),
    groups: [
      { members: [0, 1, 2], lower: 0, upper: 0.5 },
      { members: [0, 1], lower: 0, upper: 0.2 },
      { members: [4, 5], lower: 0.3, upper: 1 },
    ],
  };
  const found = ngramOptimum({ prior, taskWeights, constraints });
  expect(satisfies(found, constraints)).toBe(true);
  expect(found[0]! + found[1]!).toBeCloseTo(0.2, 6);
  const draws = stream(9, ['groups']);
  const random = Array.from({ length: 1000 }, (_, i) => {
    const around = i % 2 === 0 ? uniform(clusters).map(() => 1) : found.map((weight) => 100 * weight + 0.1);
    return project(dirichlet(around, draws), constraints);
  });
  expect(objective([found])[0]).toBeLessThanOrEqual(Math.min(...objective(random)) + 1e-6);
});

test('a task of one language alone wants nearly its model alone', () => {
  const found = ngramOptimum({ prior, taskWeights: [0, 1, 0], constraints: free });
  expect(found[2]).toBeGreaterThan(0.85);
});

test('it follows the weights of the tasks, whatever their scale', () => {
  const find = (weights: number[]) => ngramOptimum({ prior, taskWeights: weights, constraints: free });
  expect(find([1, 0.4, 0.6])).toEqual(find(taskWeights));
  expect(find([1, 0, 0])[0]).toBeGreaterThan(find([0, 0, 1])[0]!);
});

test('weights as they were mixed are found again', () => {
  const [a, b] = [0.7, 0.3];
  // Half of the tokens are certain under the one model, half under the other: the optimum is their share.
  const probabilities = Float32Array.from({ length: 2000 }, (_, at) => {
    const first = (at >> 1) % 10 < 7;
    return first === (at % 2 === 0) ? 0.5 : 1e-6;
  });
  const even = { clusters: 2, tasks: [{ bytes: 3000, probabilities }] };
  const found = ngramOptimum({ prior: even, taskWeights: [1], constraints: { lower: [0, 0], upper: [1, 1] } });
  expect(found[0]).toBeCloseTo(a, 4);
  expect(found[1]).toBeCloseTo(b, 4);
});

test('its gradient is that of the objective', () => {
  const weights = fc
    .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: clusters, maxLength: clusters })
    .map((of) => of.map((weight) => weight / of.reduce((sum, w) => sum + w, 0)));
  fc.assert(
    fc.property(weights, (mixture) => {
      const { bits, gradient } = weightedGradient(prior, taskWeights, mixture);
      expect(bits).toBeCloseTo(objective([mixture])[0]!, 9);
      expect(mixture.reduce((sum, weight, c) => sum + weight * gradient[c]!, 0)).toBeCloseTo(1, 9);
      const step = 1e-5;
      const slopes = mixture.map((_, c) => {
        const moved = (by: number) => mixture.map((weight, d) => (c === d ? weight + by : weight));
        const [up, down] = objective([moved(step), moved(-step)]);
        return (down! - up!) / (2 * step);
      });
      const scale = mixture.reduce((sum, weight, c) => sum + weight * slopes[c]!, 0);
      slopes.forEach((slope, c) => expect(slope / scale).toBeCloseTo(gradient[c]!, 4));
    }),
    { numRuns: 20 },
  );
});

test('one cluster alone is all there is to find; weights that fit no task are refused', () => {
  const single = madePrior(1, [[0]]);
  expect(ngramOptimum({ prior: single, taskWeights: [1], constraints: { lower: [0], upper: [1] } })).toEqual([1]);
  for (const bad of [[], [1, 1], [1, 1, NaN], [0, 0, 0], [1, -1, 1]]) {
    expect(() => ngramOptimum({ prior, taskWeights: bad, constraints: free })).toThrow(
      'a weight >= 0 for each of 3 tasks',
    );
  }
});

test('golden', () => {
  expect(ngramOptimum({ prior, taskWeights, constraints: free })).toMatchInlineSnapshot(`
   [
     0.409063,
     0.247273,
     0.260124,
     0.078197,
     0.005331,
     0.000012,
   ]
  `);
});
