import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { folds } from '../../../climb/predictor/folds.ts';
import { evaluateLaw, fitLaw, predictOutOfFold } from '../../../climb/predictor/laws.ts';
import { fitLogLinearLaw, logLinearLawAt } from '../../../climb/predictor/log-linear.ts';
import { noisePrior } from '../../../climb/predictor/noise-prior.ts';
import { fitRidgeLaw, ridge, ridgeLawAt } from '../../../climb/predictor/ridge.ts';

/** What scikit-learn 1.9.1 (Ridge) and SciPy 1.17.1 (least_squares) answered (record.py). */
const oracle = JSON.parse(readFileSync(new URL('oracles/laws.json', import.meta.url), 'utf8')) as {
  mixtures: number[][];
  scores: number[];
  queries: number[][];
  ridge: { penalty: number; intercept: number; slopes: number[]; predicted: number[] }[];
  logLinear: { noiseVariance: number; predicted: number[] };
};
const { mixtures, scores, queries } = oracle;

describe('ridge', () => {
  test.each(oracle.ridge)(
    'with penalty $penalty is that of scikit-learn',
    ({ penalty, intercept, slopes, predicted }) => {
      const law = ridge(mixtures, scores, penalty);
      expect(law.intercept).toBeCloseTo(intercept, 8);
      law.slopes.forEach((slope, j) => expect(slope).toBeCloseTo(slopes[j] as number, 8));
      queries.forEach((query, i) =>
        expect(ridgeLawAt({ of: 'weight', ...law }, query)).toBeCloseTo(predicted[i] as number, 8),
      );
    },
  );

  test('finds a linear law, in weights or in their roots, whichever it is', () => {
    const laws = {
      weight: (m: readonly number[]) => 3 - 2 * (m[0] as number) + (m[2] as number),
      root: (m: readonly number[]) => 3 - 2 * Math.sqrt(m[0] as number) + Math.sqrt(m[2] as number),
    };
    for (const feature of ['weight', 'root'] as const) {
      const law = fitRidgeLaw(mixtures, mixtures.map(laws[feature]));
      expect(law.of).toBe(feature);
      queries.forEach((query) => expect(ridgeLawAt(law, query)).toBeCloseTo(laws[feature](query), 2));
    }
  });
});

describe('the log-linear law', () => {
  test('is at the minimum that SciPy finds', () => {
    const law = fitLogLinearLaw(mixtures, scores, oracle.logLinear.noiseVariance);
    queries.forEach((query, i) =>
      expect(logLinearLawAt(law, query)).toBeCloseTo(oracle.logLinear.predicted[i] as number, 3),
    );
  });

  test('finds its own law', () => {
    const law = { floor: 2, intercept: 0.3, slopes: [-3, 1, 0, -1] };
    const made = mixtures.map((mixture) => logLinearLawAt(law, mixture));
    const found = fitLogLinearLaw(mixtures, made, 1e-8);
    queries.forEach((query) => expect(logLinearLawAt(found, query)).toBeCloseTo(logLinearLawAt(law, query), 2));
  });

  test('of constant scores is constant', () => {
    const law = fitLogLinearLaw(
      mixtures,
      scores.map(() => 2.5),
      0.01,
    );
    queries.forEach((query) => expect(logLinearLawAt(law, query)).toBeCloseTo(2.5, 12));
  });
});

test('out of fold, each run is predicted by a law of the others', () => {
  const groups = folds(mixtures, 3);
  const noise = noisePrior(0.01);
  const predicted = predictOutOfFold('ridge', mixtures, scores, noise, groups);
  for (const group of groups) {
    const rest = scores.map((_, i) => i).filter((i) => !group.includes(i));
    const law = fitLaw(
      'ridge',
      rest.map((i) => mixtures[i] as number[]),
      rest.map((i) => scores[i] as number),
      noise,
    );
    evaluateLaw(
      law,
      group.map((i) => mixtures[i] as number[]),
    ).forEach((value, at) => expect(predicted[group[at] as number]).toBe(value));
  }
});
