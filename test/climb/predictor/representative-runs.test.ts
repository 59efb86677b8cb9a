import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { representativeRuns } from '../../../climb/predictor/representative-runs.ts';
import { stream } from '../../../climb/random.ts';

test('all rows where there are few, otherwise as many as asked, each once, ascending, the best among them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.integer(), (rows, count, seed) => {
      const draws = stream(seed, ['rows']);
      const weights = Array.from({ length: rows }, () => draws.uniform());
      const mixtures = weights.map((w) => [w, 1 - w]);
      const kept = representativeRuns(mixtures, weights, count);
      expect(kept).toHaveLength(Math.min(rows, count));
      expect(new Set(kept).size).toBe(kept.length);
      expect([...kept].sort((a, b) => a - b)).toEqual(kept);
      expect(kept).toContain(weights.indexOf(Math.min(...weights)));
    }),
  );
});

test('what is not among the best fills space: of a line, its ends and then the widest gaps', () => {
  const line = [0, 0.01, 0.02, 0.03, 0.25, 0.36, 0.64, 1];
  const mixtures = line.map((w) => [w]);
  // Best of four is the first; then the far end, 1; then the root nearest the middle, .25; then .64.
  expect(representativeRuns(mixtures, line, 4)).toEqual([0, 4, 6, 7]);
});

test('of repeated mixtures only as many are kept as fit', () => {
  expect(
    representativeRuns(
      Array.from({ length: 9 }, () => [0.5, 0.5]),
      [9, 8, 7, 6, 5, 4, 3, 2, 1],
      4,
    ),
  ).toHaveLength(4);
});

// Slow (a fit of 500 runs): the only proof that the subset is wired in.
test('a predictor of 640 runs knows 500 and still ranks', () => {
  const draw = (i: number) => quantise(dirichlet(uniform(3), stream(1, ['run', i])));
  const mixtures = Array.from({ length: 640 }, (_, i) => draw(i));
  const score = ([a = 0, b = 0]: readonly number[]) => 3 - Math.sqrt(a) + (b - 0.3) ** 2;
  const predictor = fitPredictor({ mixtures, scores: [mixtures.map(score)], taskWeights: [1] });
  const unseen = Array.from({ length: 50 }, (_, i) => draw(1000 + i));
  const { mean } = predict(predictor, unseen);
  unseen.forEach((mixture, i) => expect(mean[i]).toBeCloseTo(score(mixture), 1));
});
