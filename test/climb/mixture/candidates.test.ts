import { expect, test } from '@jest/globals';
import { candidatePool } from '../../../climb/mixture/candidates.ts';
import { constrain, satisfies } from '../../../climb/mixture/constraints.ts';
import { mixtureKey, quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { totalVariation } from './total-variation.ts';

const clusterTokens = [5e8, 2e8, 1e8, 1e8, 5e7, 5e7];
const constraints = constrain({
  clusters: clusterTokens.map((_, i) => `c${i}`),
  clusterTokens,
  targetTokens: 1e9,
  maxEpochs: 4,
});
const incumbent = quantise([0.3, 0.3, 0.2, 0.2, 0, 0]);
const request = {
  prior: clusterTokens,
  constraints,
  incumbents: [incumbent],
  exclude: [incumbent],
  size: 1000,
  seed: 7,
  iteration: 2,
};

test('candidates are distinct, within the constraints, and none is excluded', () => {
  const pool = candidatePool(request);
  expect(pool.length).toBeGreaterThan(900);
  expect(new Set(pool.map(mixtureKey)).size).toBe(pool.length);
  expect(pool.every((mixture) => satisfies(mixture, constraints))).toBe(true);
  expect(pool.map(mixtureKey)).not.toContain(mixtureKey(incumbent));
});

test('half are near the incumbents, half all over the simplex', () => {
  const distances = candidatePool(request).map((mixture) => totalVariation(mixture, incumbent));
  expect(distances.filter((distance) => distance < 0.25).length).toBeGreaterThan(400);
  expect(distances.filter((distance) => distance > 0.4).length).toBeGreaterThan(250);
});

test('a cluster at zero in every incumbent can come back', () => {
  const local = candidatePool(request).filter((mixture) => totalVariation(mixture, incumbent) < 0.25);
  expect(local.some((mixture) => (mixture[4] as number) > 0.01 && (mixture[5] as number) > 0.01)).toBe(true);
});

test('every iteration draws anew, the same one draws the same', () => {
  expect(candidatePool(request)).toEqual(candidatePool(request));
  const seen = new Set(candidatePool(request).map(mixtureKey));
  const next = candidatePool({ ...request, iteration: 3 });
  expect(next.filter((mixture) => seen.has(mixtureKey(mixture))).length).toBeLessThan(10);
});

test('before there are incumbents, all draws are global', () => {
  const pool = candidatePool({ ...request, incumbents: [], exclude: [quantise(uniform(6))] });
  expect(pool.length).toBeGreaterThan(990);
});
