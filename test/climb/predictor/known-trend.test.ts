import { describe, expect, test } from '@jest/globals';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { knownCoefficient } from '../../../climb/predictor/known-trend.ts';
import { expectsKnown, fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { noisePrior } from '../../../climb/predictor/noise-prior.ts';
import { stream } from '../../../climb/random.ts';

const clusters = 12;
const draw = (name: string, i: number) =>
  quantise(
    dirichlet(
      uniform(clusters).map(() => 0.6),
      stream(3, [name, i]),
    ),
  );
const mixtures = Array.from({ length: 14 }, (_, i) => draw('run', i));
const unseen = Array.from({ length: 60 }, (_, i) => draw('unseen', i));
/** Bits per byte of a model that knows words: rough in each cluster, as a proxy's loss is. */
const words = (mixture: readonly number[]) =>
  mixture.reduce((sum, weight, i) => sum - Math.log(0.1 + weight * (1 + (i % 4))) / clusters, 3);
const score = (mixture: readonly number[]) => 1 + 0.6 * words(mixture) + 0.05 * (mixture[0] as number);
const noise = stream(3, ['noise']);
const scores = mixtures.map((mixture) => score(mixture) + 0.003 * noise.normal());
const known = mixtures.map(words);

const all = mixtures.map((_, i) => i);
/** β of some runs, what is known of them changed. */
const coefficient = (rows: readonly number[], change = (k: number) => k) =>
  knownCoefficient(
    rows.map((i) => mixtures[i] as number[]),
    rows.map((i) => scores[i] as number),
    rows.map((i) => change(known[i] as number)),
    noisePrior(0.01),
  );

test('what explains the scores is used, at their slope', () => {
  expect(coefficient(all)).toBeCloseTo(0.6, 1);
});

describe('it is ignored', () => {
  test('where it says the opposite, or nothing', () => {
    expect(coefficient(all, (k) => -k)).toBe(0);
    expect(coefficient(all, () => 2.5)).toBe(0);
  });

  test('where fewer than four distinct mixtures are known', () => {
    expect(coefficient([0, 1, 2, 2, 1, 0])).toBe(0);
  });
});

describe('a predictor with known scores', () => {
  const predictor = fitPredictor({ mixtures, scores: [scores], taskWeights: [1], known: [known] });

  test('errs less on unseen mixtures than one without, and says so', () => {
    const plain = fitPredictor({ mixtures, scores: [scores], taskWeights: [1] });
    const error = ({ mean }: { mean: number[] }) =>
      Math.sqrt(unseen.reduce((sum, m, i) => sum + ((mean[i] as number) - score(m)) ** 2, 0) / unseen.length);
    const [with_, without] = [predict(predictor, unseen, [unseen.map(words)]), predict(plain, unseen)];
    expect(error(with_)).toBeLessThan(0.5 * error(without));
    expect(with_.sd[0]).toBeLessThan(without.sd[0] as number);
  });

  test('needs them again', () => {
    expect(expectsKnown(predictor)).toBe(true);
    expect(() => predict(predictor, unseen)).toThrow(/needs them again.*got none for 60 mixtures/);
    expect(() => predict(predictor, unseen, [[3]])).toThrow(/got \[3\] for 60 mixtures/);
    expect(() => predict(predictor, unseen, [unseen.map(() => NaN)])).toThrow(/NaN/);
  });

  test('and a task without any is as it was', () => {
    const both = fitPredictor({ mixtures, scores: [scores, scores], taskWeights: [1, 1], known: [known, null] });
    const plain = fitPredictor({ mixtures, scores: [scores], taskWeights: [1] });
    expect(both.tasks[1]).toEqual(plain.tasks[0]);
    expect(expectsKnown(plain)).toBe(false);
  });

  test.each([
    ['a task too few', [known], /1 for 2 tasks/],
    ['a run too few', [known.slice(1), null], /got 13 for 14 runs/],
    ['NaN', [known.with(3, NaN), null], /must be finite.*NaN.*task 0/],
  ])('refuses %s', (_, given, message) => {
    expect(() => fitPredictor({ mixtures, scores: [scores, scores], taskWeights: [1, 1], known: given })).toThrow(
      message,
    );
  });
});
