import { describe, expect, test } from '@jest/globals';
import { fitGaussianProcess } from '../../../climb/predictor/gaussian-process-fit.ts';
import { conditioned } from '../../../climb/predictor/gaussian-process.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { stream } from '../../../climb/random.ts';
import { tinyRuns } from '../tiny-runs.ts';

const truth = ([a = 0, b = 0]: readonly number[]) => 3 - Math.sqrt(a) + (b - 0.3) ** 2;
const draw = (seed: number, index: number) =>
  quantise(
    dirichlet(
      uniform(4).map(() => 0.7),
      stream(seed, ['draw', index]),
    ),
  );
const runs = (seed: number, count: number, noise: number) => {
  const draws = stream(seed, ['noise']);
  const mixtures = Array.from({ length: count }, (_, i) => draw(seed, i));
  return { mixtures, scores: mixtures.map((mixture) => truth(mixture) + noise * draws.normal()) };
};

test('it finds which weights matter, and the noise', () => {
  const process = fitGaussianProcess(runs(2, 60, 0.02));
  const [a = 0, , c = 0, d = 0] = process.lengthScales;
  expect(Math.min(c, d)).toBeGreaterThan(a);
  expect(process.noiseSd).toBeGreaterThan(0.014);
  expect(process.noiseSd).toBeLessThan(0.028);
});

test('nine in ten intervals of 90 % hold the function, over 24 fits', () => {
  const inside = Array.from({ length: 24 }, (_, seed) => {
    const process = fitGaussianProcess(runs(seed, 30, 0.02));
    const unseen = Array.from({ length: 200 }, (_, i) => draw(seed, 1000 + i));
    const { mean, sd } = conditioned(process).predict(unseen);
    return unseen.filter((m, i) => Math.abs(truth(m) - (mean[i] as number)) < 1.645 * (sd[i] as number)).length / 200;
  });
  expect(inside.reduce((a, b) => a + b, 0) / 24).toBeGreaterThan(0.85);
  expect(inside.reduce((a, b) => a + b, 0) / 24).toBeLessThan(0.95);
});

describe('any predictor must', () => {
  test('give the same after a round trip through JSON', () => {
    const process = fitGaussianProcess(tinyRuns);
    const copy = JSON.parse(JSON.stringify(process)) as typeof process;
    expect(copy).toEqual(process);
    expect(conditioned(copy).predict(tinyRuns.mixtures)).toEqual(conditioned(process).predict(tinyRuns.mixtures));
  });

  test('not depend on the order of the runs', () => {
    const { mixtures, scores } = runs(2, 20, 0.02);
    const backwards = fitGaussianProcess({ mixtures: [...mixtures].reverse(), scores: [...scores].reverse() });
    const forwards = fitGaussianProcess({ mixtures, scores });
    const means = conditioned(backwards).predict(mixtures).mean;
    conditioned(forwards)
      .predict(mixtures)
      .mean.forEach((mean, i) => expect(means[i]).toBeCloseTo(mean, 6));
  });

  test('fit one run: its score here, more uncertainty elsewhere', () => {
    const process = fitGaussianProcess({ mixtures: [[0.5, 0.5]], scores: [3] });
    const { mean, sd } = conditioned(process).predict([
      [0.5, 0.5],
      [1, 0],
    ]);
    expect(mean[0]).toBeCloseTo(3, 12);
    expect(sd[1]).toBeGreaterThan(sd[0] as number);
  });

  test('fit constant scores: that score everywhere', () => {
    const process = fitGaussianProcess({ ...tinyRuns, scores: [2.7, 2.7, 2.7, 2.7, 2.7] });
    conditioned(process)
      .predict([
        [1, 0, 0],
        [0.2, 0.3, 0.5],
      ])
      .mean.forEach((mean) => expect(mean).toBeCloseTo(2.7, 12));
    expect(JSON.stringify(process)).not.toContain('null');
  });

  test('take repeated mixtures as a measure of the noise', () => {
    const mixtures = [...tinyRuns.mixtures, ...tinyRuns.mixtures, ...tinyRuns.mixtures];
    const repeat = (noise: number) => {
      const draws = stream(4, ['repeat']);
      return mixtures.map((_, i) => (tinyRuns.scores[i % 5] as number) + noise * draws.normal());
    };
    const noisy = fitGaussianProcess({ mixtures, scores: repeat(0.03) });
    const exact = fitGaussianProcess({ mixtures, scores: repeat(0) });
    expect(noisy.noiseSd).toBeGreaterThan(0.02);
    expect(exact.noiseSd).toBeLessThan(0.006);
  });

  test.each([
    ['no runs', [], [], /no runs/],
    [
      'a score that is NaN',
      [
        [1, 0],
        [0, 1],
      ],
      [1, NaN],
      /score NaN in row 1/,
    ],
    [
      'a weight that is NaN',
      [
        [1, 0],
        [NaN, 1],
      ],
      [1, 2],
      /weights \[NaN, 1\] in row 1/,
    ],
    ['unequal lengths', [[1, 0]], [1, 2], /1 mixtures and 2 scores/],
    ['two domain sets', [[1, 0], [1]], [1, 2], /weights \[1\] in row 1/],
  ])('refuse %s', (_, mixtures, scores, message) => {
    expect(() => fitGaussianProcess({ mixtures, scores })).toThrow(message);
  });
});
