import { expect, test } from '@jest/globals';
import { PRIORS, penalisedLikelihood, squaredDifferences } from '../../../climb/predictor/marginal-likelihood.ts';
import { kernelCoordinates } from '../../../climb/predictor/matern.ts';
import { noisePrior } from '../../../climb/predictor/noise-prior.ts';
import { standardised, tinyRuns } from '../tiny-runs.ts';

const noise = noisePrior(1);
const objective = penalisedLikelihood(
  squaredDifferences(kernelCoordinates(tinyRuns.mixtures, [1, 1, 1]), 3),
  Float64Array.from(standardised(tinyRuns.scores)),
  noise,
);
const theta = Float64Array.from([0.8, 1.5, 0.6, 0.64, 0.04], Math.log);

test('it is the likelihood less the priors', () => {
  const priors = [PRIORS.lengthScale, PRIORS.lengthScale, PRIORS.lengthScale, PRIORS.signalVariance, noise];
  const penalty = priors.reduce((sum, { mean, sd }, i) => sum + 0.5 * (((theta[i] as number) - mean) / sd) ** 2, 0);
  // Recorded from scikit-learn 1.9.1: GaussianProcessRegressor(1 + 0.64 · Matern(ν 2.5), alpha=0.04).
  expect(objective(theta, new Float64Array(5)) - penalty).toBeCloseTo(7.382168740997519, 10);
});

test('the gradient is that of finite differences', () => {
  const gradient = new Float64Array(5);
  objective(theta, gradient);
  gradient.forEach((slope, i) => {
    const at = (step: number) =>
      objective(
        theta.map((x, j) => x + (i === j ? step : 0)),
        new Float64Array(5),
      );
    expect(slope).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
  });
});

test('where the kernel overflows it is Infinity, so that a search steps back', () => {
  expect(
    objective(
      theta.map(() => 800),
      new Float64Array(5),
    ),
  ).toBe(Infinity);
});
