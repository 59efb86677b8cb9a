import { expect, test } from '@jest/globals';
import { bitsPerByteItems, itemInfluence, pooledScore } from '../../../climb/verification/item-scores.ts';
import { stream } from '../../../climb/random.ts';

test('bits per byte pools nats and bytes over items', () => {
  expect(pooledScore(bitsPerByteItems([Math.LN2 * 3, Math.LN2 * 9], [2, 4]))).toBeCloseTo(2, 14);
});

test('influences sum to zero, and are the change of the score as an item counts a little more', () => {
  const items = { losses: [3, 1, 8, 4], sizes: [2, 1, 5, 3] };
  const influence = itemInfluence(items);
  expect(influence.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
  const more = 1e-6;
  const counted = (values: number[], at: number) => values.map((value, i) => (i === at ? value * (1 + more) : value));
  influence.forEach((value, i) => {
    const changed = pooledScore({ losses: counted(items.losses, i), sizes: counted(items.sizes, i) });
    expect(((changed - pooledScore(items)) / more) * 4).toBeCloseTo(value, 4);
  });
});

test('the variance of a ratio is that of its influences', () => {
  const draws = stream(6, ['items']);
  const count = 60;
  const samples = Array.from({ length: 4000 }, () => {
    const sizes = Array.from({ length: count }, () => 1 + draws.integer(30));
    return { losses: sizes.map((size) => size * (1 + 0.3 * draws.normal()) + 4 * draws.normal()), sizes };
  });
  const scores = samples.map(pooledScore);
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const actual = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  const estimated =
    samples.reduce(
      (sum, items) => sum + itemInfluence(items).reduce((s, u) => s + u * u, 0) / (count * (count - 1)),
      0,
    ) / samples.length;
  expect(estimated / actual).toBeGreaterThan(0.93);
  expect(estimated / actual).toBeLessThan(1.07);
});
