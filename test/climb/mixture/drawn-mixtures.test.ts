import { describe, expect, test } from '@jest/globals';
import { constrain, satisfies } from '../../../climb/mixture/constraints.ts';
import { drawnMixtures, recipeMixtures } from '../../../climb/mixture/drawn-mixtures.ts';
import { firstBatch } from '../../../climb/mixture/first-batch.ts';
import { mixtureKey, quantise } from '../../../climb/mixture/mixture.ts';
import { stream } from '../../../climb/random.ts';

const prior = [60, 20, 10, 6, 4];
const free = { lower: prior.map(() => 0), upper: prior.map(() => 1) };
const tight = constrain({
  clusters: prior.map((_, i) => `c${i}`),
  clusterTokens: prior.map((tokens) => tokens * 1e7),
  targetTokens: 8e8,
  maxEpochs: 1,
});
const one = { temperature: 1, strength: { minimum: 1, maximum: 1, steps: 1 } };
const request = (changes: object = {}) => ({
  prior,
  constraints: free,
  exclude: [],
  size: 400,
  sampler: one,
  draws: stream(7, ['drawn']),
  ...changes,
});
const meanOf = (mixtures: readonly (readonly number[])[], i: number) =>
  mixtures.reduce((sum, mixture) => sum + (mixture[i] as number), 0) / mixtures.length;

describe.each([
  ['Dirichlet draws', drawnMixtures],
  ['the recipe', recipeMixtures],
])('%s', (_, draw) => {
  test('are distinct, within the constraints, as many as asked, and none is excluded', () => {
    const exclude = draw(request({ size: 50 }));
    const mixtures = draw(request({ constraints: tight, exclude, size: 100 }));
    expect(mixtures).toHaveLength(100);
    expect(mixtures.every((mixture) => satisfies(mixture, tight))).toBe(true);
    const keys = [...exclude, ...mixtures].map(mixtureKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('are fewer where the constraints leave fewer, and end', () => {
    const only = quantise([0.4, 0.3, 0.2, 0.1, 0]);
    expect(draw(request({ constraints: { lower: only, upper: only }, size: 8 }))).toEqual([only]);
    expect(draw(request({ constraints: { lower: only, upper: only }, exclude: [only], size: 8 }))).toEqual([]);
  });
});

test('the mean is the prior; a temperature under 1 flattens it, one above sharpens it', () => {
  expect(meanOf(drawnMixtures(request()), 0)).toBeCloseTo(0.6, 1);
  const root = prior.map(Math.sqrt);
  const share = (root[0] as number) / root.reduce((sum, x) => sum + x, 0);
  expect(meanOf(drawnMixtures(request({ sampler: { ...one, temperature: 0.5 } })), 0)).toBeCloseTo(share, 1);
  expect(meanOf(drawnMixtures(request({ sampler: { ...one, temperature: 3 } })), 0)).toBeGreaterThan(0.85);
});

test('a greater strength stays nearer to the centre', () => {
  const spread = (strength: number) => {
    const sampler = { temperature: 1, strength: { minimum: strength, maximum: strength, steps: 1 } };
    const mixtures = drawnMixtures(request({ sampler }));
    return mixtures.reduce((sum, mixture) => sum + Math.abs((mixture[0] as number) - 0.6), 0) / mixtures.length;
  };
  const [weak, middle, strong] = [0.5, 5, 500].map(spread) as [number, number, number];
  expect(weak).toBeGreaterThan(middle);
  expect(middle).toBeGreaterThan(strong);
  expect(strong).toBeLessThan(0.05);
});

test('the recipe refuses what leans on a cluster 15 times its share', () => {
  const mixtures = recipeMixtures(
    request({ sampler: { temperature: 0.5, strength: { minimum: 0.1, maximum: 5, steps: 15 } } }),
  );
  expect(Math.max(...mixtures.map((mixture) => mixture[4] as number))).toBeLessThanOrEqual(15 * 0.04 + 1e-3);
});

test('a first batch of Dirichlet draws begins with what is given, within the constraints', () => {
  const settings = { sampler: 'dirichlet', ...one } as const;
  const given = [
    [0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1],
  ];
  const batch = firstBatch({ prior, constraints: tight, given, settings, size: 6, seed: 1 });
  expect(batch).toHaveLength(6);
  expect(batch[0]?.[4]).toBe(0.05);
  expect(batch.every((mixture) => satisfies(mixture, tight))).toBe(true);
  expect(firstBatch({ prior, constraints: tight, settings, size: 6, seed: 1 })).not.toContainEqual(quantise(prior));
});

test('a space-filling first batch has what is given after the prior and uniform', () => {
  const given = [[0.1, 0.1, 0.1, 0.1, 0.6]];
  const batch = firstBatch({ prior, constraints: free, given, size: 5, seed: 1 });
  expect(batch[2]).toEqual(given[0]);
  expect(batch).toHaveLength(5);
});
