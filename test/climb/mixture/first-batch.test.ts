import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { constrain, satisfies } from '../../../climb/mixture/constraints.ts';
import { firstBatch, maximin } from '../../../climb/mixture/first-batch.ts';
import { mixtureKey, quantise, uniform } from '../../../climb/mixture/mixture.ts';

const clusterTokens = [6e8, 2e8, 1e8, 6e7, 4e7];
const clusters = clusterTokens.map((_, i) => `c${i}`);
const constraints = constrain({ clusters, clusterTokens, targetTokens: 5e8, maxEpochs: 4 });
const free = { lower: uniform(5).map(() => 0), upper: uniform(5).map(() => 1) };

test('the prior comes first, then uniform', () => {
  const [first, second] = firstBatch({ prior: clusterTokens, constraints: free, size: 8, seed: 7 });
  expect(first).toEqual(quantise(clusterTokens));
  expect(second).toEqual(quantise(uniform(5)));
});

test('mixtures are distinct, within the constraints, and as many as asked', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, size) => {
      const batch = firstBatch({ prior: clusterTokens, constraints, size, seed });
      expect(batch).toHaveLength(size);
      expect(new Set(batch.map(mixtureKey)).size).toBe(size);
      expect(batch.every((mixture) => satisfies(mixture, constraints))).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('the same seed gives the same batch, another seed another', () => {
  const batch = (seed: number) => firstBatch({ prior: clusterTokens, constraints, size: 6, seed });
  expect(batch(1)).toEqual(batch(1));
  expect(batch(1)).not.toEqual(batch(2));
});

test('each further mixture is far from the others in √weight', () => {
  const batch = firstBatch({ prior: uniform(5), constraints: free, size: 6, seed: 3 });
  const distance = (a: readonly number[], b: readonly number[]) =>
    Math.hypot(...a.map((weight, i) => Math.sqrt(weight) - Math.sqrt(b[i] as number)));
  batch
    .slice(1)
    .forEach((mixture, i) =>
      batch.slice(0, i + 1).forEach((other) => expect(distance(mixture, other)).toBeGreaterThan(0.6)),
    );
});

test('a pool of more mixtures than a call takes arguments is chosen from as any other', () => {
  const pool = Array.from({ length: 200_001 }, (_, i) => [i / 200_000, 1 - i / 200_000]);
  expect(maximin(pool, 1, 3).map(([weight]) => weight)).toEqual([0, 1, 0.5]);
});

test('where only one mixture is allowed, one comes back', () => {
  const pinned = { lower: [0.4, 0.3, 0.2, 0.1, 0], upper: [0.4, 0.3, 0.2, 0.1, 0] };
  expect(firstBatch({ prior: clusterTokens, constraints: pinned, size: 8, seed: 1 })).toEqual([
    [0.4, 0.3, 0.2, 0.1, 0],
  ]);
});
