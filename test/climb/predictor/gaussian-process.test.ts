import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type GaussianProcess, conditioned } from '../../../climb/predictor/gaussian-process.ts';
import { PRIORS, penalisedLikelihood, squaredDifferences } from '../../../climb/predictor/marginal-likelihood.ts';
import { kernelCoordinates } from '../../../climb/predictor/matern.ts';
import { tinyRuns } from '../tiny-runs.ts';

const scale = 0.09221713506718801;
const process: GaussianProcess = {
  ...tinyRuns,
  mean: 2.976,
  scale,
  lengthScales: [0.8, 1.5, 0.6],
  signalSd: 0.8 * scale,
  noiseSd: 0.2 * scale,
};
const queries = [
  [1 / 3, 1 / 3, 1 / 3],
  [0, 0, 1],
  [0.5, 0.3, 0.2],
];

// Recorded from scikit-learn 1.9.1: GaussianProcessRegressor(1 + 0.64 · Matern(ν 2.5), alpha=0.04) on √weight.
describe('against scikit-learn', () => {
  const covariance = [
    0.000252275716441538, -9.221461465574115e-5, 0.00016852935769442654, -9.221461465574115e-5, 0.0015022585258832868,
    -9.318084575558182e-6, 0.00016852935769442654, -9.318084575558182e-6, 0.0002590412054238378,
  ];

  test('means and standard deviations', () => {
    const { mean, sd } = conditioned(process).predict(queries);
    [2.942607649340476, 3.096606388724468, 2.90136108944186].forEach((value, i) =>
      expect(mean[i]).toBeCloseTo(value, 12),
    );
    sd.forEach((value, i) => expect(value ** 2).toBeCloseTo(covariance[i * 4] as number, 14));
    expect(conditioned(process).means([...queries, ...queries])).toEqual([...mean, ...mean]);
  });

  test('joint covariance', () => {
    conditioned(process)
      .covariance(queries)
      .forEach((value, i) => expect(value).toBeCloseTo(covariance[i] as number, 14));
    const column = conditioned(process).columns(queries);
    queries.forEach((_, row) =>
      column(row).forEach((value, i) => expect(value).toBeCloseTo(covariance[row * 3 + i] as number, 14)),
    );
  });
});

describe('against scikit-learn, 30 runs of 5 clusters with repeats and zeros', () => {
  /** record.py */
  const oracle = JSON.parse(readFileSync(new URL('oracles/gaussian-process.json', import.meta.url), 'utf8')) as {
    mixtures: number[][];
    scores: number[];
    queries: number[][];
    mean: number;
    scale: number;
    lengthScales: number[];
    signalVariance: number;
    noiseVariance: number;
    likelihood: number;
    predicted: number[];
    covariance: number[];
  };
  const { mixtures, scores, lengthScales, mean, signalVariance, noiseVariance } = oracle;
  const made: GaussianProcess = {
    mixtures,
    scores,
    mean,
    scale: oracle.scale,
    lengthScales,
    signalSd: oracle.scale * Math.sqrt(signalVariance),
    noiseSd: oracle.scale * Math.sqrt(noiseVariance),
  };

  test('posterior', () => {
    const predicted = conditioned(made).predict(oracle.queries);
    predicted.mean.forEach((value, i) => expect(value).toBeCloseTo(oracle.predicted[i] as number, 11));
    conditioned(made)
      .covariance(oracle.queries)
      .forEach((value, i) => expect(value).toBeCloseTo(oracle.covariance[i] as number, 12));
  });

  test('likelihood', () => {
    const flat = { mean: 0, sd: 1e9 };
    const theta = Float64Array.from([...lengthScales, signalVariance, noiseVariance], Math.log);
    const roots = kernelCoordinates(
      mixtures,
      lengthScales.map(() => 1),
    );
    const targets = Float64Array.from(scores, (score) => (score - mean) / oracle.scale);
    const objective = penalisedLikelihood(squaredDifferences(roots, 5), targets, flat);
    const priors = [...lengthScales.map(() => PRIORS.lengthScale), PRIORS.signalVariance];
    const penalty = priors.reduce(
      (sum, prior, i) => sum + 0.5 * (((theta[i] as number) - prior.mean) / prior.sd) ** 2,
      0,
    );
    expect(objective(theta, new Float64Array(7)) - penalty).toBeCloseTo(-oracle.likelihood, 9);
  });
});

test('leave-one-out errors are those of leaving each run out', () => {
  conditioned(process)
    .leaveOneOut()
    .forEach((error, left) => {
      const without = <T>(values: readonly T[]) => values.filter((_, i) => i !== left);
      const rest = { ...process, mixtures: without(tinyRuns.mixtures), scores: without(tinyRuns.scores) };
      const { mean, sd } = conditioned(rest).predict([tinyRuns.mixtures[left] as number[]]);
      const difference = (tinyRuns.scores[left] as number) - (mean[0] as number);
      expect(error).toBeCloseTo(difference / Math.hypot(sd[0] as number, process.noiseSd), 10);
    });
});

test('without noise it goes through the runs, and is certain of them', () => {
  const { mean, sd } = conditioned({ ...process, noiseSd: 0 }).predict(tinyRuns.mixtures);
  mean.forEach((value, i) => expect(value).toBeCloseTo(tinyRuns.scores[i] as number, 9));
  sd.forEach((value) => expect(value).toBeLessThan(1e-7));
});

test('groups left out are predicted by the rest', () => {
  const groups = [[1, 4], [2]];
  const predicted = conditioned(process).leaveGroupsOut(groups);
  expect([predicted.mean[0], predicted.variance[3]]).toEqual([NaN, NaN]);
  for (const group of groups) {
    const without = <T>(values: readonly T[]) => values.filter((_, i) => !group.includes(i));
    const rest = { ...process, mixtures: without(tinyRuns.mixtures), scores: without(tinyRuns.scores) };
    const { mean, sd } = conditioned(rest).predict(group.map((i) => tinyRuns.mixtures[i] as number[]));
    group.forEach((i, at) => {
      expect(predicted.mean[i]).toBeCloseTo(mean[at] as number, 10);
      expect(predicted.variance[i]).toBeCloseTo((sd[at] as number) ** 2 + process.noiseSd ** 2, 12);
    });
  }
});
