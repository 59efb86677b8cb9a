import { describe, expect, test } from '@jest/globals';
import { noiseFloor } from '../../../climb/predictor/noise-floor.ts';
import { noisePrior } from '../../../climb/predictor/noise-prior.ts';
import { stream } from '../../../climb/random.ts';

const run = (weights: number[], ...losses: number[]) => ({ weights, losses });

describe('the noise floor', () => {
  test('by hand: two mixtures repeated, one not', () => {
    const floor = noiseFloor(
      [
        run([1, 0], 3, 1),
        run([0, 1], 5, 2),
        run([1, 0], 3.2, 1),
        run([0.5, 0.5], 9, 9),
        run([0, 1], 5.6, 2),
        run([0, 1], 5, 2),
      ],
      [3, 1],
    );
    // Squares about the means: .02 and .24, over 1 + 2 degrees of freedom.
    expect(floor?.tasks[0]).toEqual({ variance: expect.closeTo(0.26 / 3, 12), degreesOfFreedom: 3 });
    expect(floor?.tasks[1]).toEqual({ variance: 0, degreesOfFreedom: 3 });
    expect(floor?.combined.variance).toBeCloseTo((0.75 ** 2 * 0.26) / 3, 12);
  });

  test('tasks that err together are noisier combined than apart', () => {
    const same = noiseFloor([run([1], 3, 3), run([1], 4, 4)], [1, 1]);
    const opposite = noiseFloor([run([1], 3, 4), run([1], 4, 3)], [1, 1]);
    expect(same?.combined.variance).toBeCloseTo(0.5, 12);
    expect(opposite?.combined.variance).toBeCloseTo(0, 12);
  });

  test('is unknown where nothing was repeated, or nothing was run', () => {
    expect(noiseFloor([run([1, 0], 3), run([0, 1], 4)], [1])).toBeNull();
    expect(noiseFloor([], [1])).toBeNull();
  });

  test('refuses a failed run', () => {
    expect(() => noiseFloor([run([1], 3), run([1], NaN)], [1])).toThrow(/got \[NaN\].*leave failed runs out/);
    expect(() => noiseFloor([run([1], 3, 4)], [1])).toThrow(RangeError);
  });
});

describe('the prior of the noise', () => {
  test('without repeats is a share of the scores’ variance', () => {
    expect(noisePrior(4)).toEqual({ mean: Math.log(0.08), sd: 1.5 });
    expect(noisePrior(4, { variance: 1, degreesOfFreedom: 0 })).toEqual(noisePrior(4));
  });

  test('moves to what repeats say, and is surer, the more of them there are', () => {
    const priors = [1, 4, 40].map((degreesOfFreedom) => noisePrior(1, { variance: 0.2, degreesOfFreedom }));
    const away = priors.map(({ mean }) => Math.abs(mean - Math.log(0.2)));
    expect(away).toEqual([...away].sort((a, b) => b - a));
    expect(away[2]).toBeLessThan(0.1);
    expect(priors.map(({ sd }) => sd)).toEqual([...priors.map(({ sd }) => sd)].sort((a, b) => b - a));
    expect(priors[2]?.sd).toBeCloseTo(1 / Math.sqrt(1 / 1.5 ** 2 + 20), 12);
  });

  test('of repeats that agree exactly is finite', () => {
    expect(noisePrior(1, { variance: 0, degreesOfFreedom: 9 }).mean).toBeGreaterThan(Math.log(1e-9));
  });

  test('its spread is that of pooled variances, by simulation', () => {
    const draws = stream(5, ['variances']);
    const logs = Array.from({ length: 4000 }, () => {
      const squares = Array.from({ length: 12 }, () => draws.normal() ** 2);
      return Math.log(squares.reduce((a, b) => a + b, 0) / 12);
    });
    const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
    const sd = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
    expect(sd / Math.sqrt(2 / 12)).toBeGreaterThan(0.95);
    expect(sd / Math.sqrt(2 / 12)).toBeLessThan(1.1);
  });
});
