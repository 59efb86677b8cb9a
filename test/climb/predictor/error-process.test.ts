import { expect, test } from '@jest/globals';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { errorProcess } from '../../../climb/predictor/error-process.ts';
import { folds } from '../../../climb/predictor/folds.ts';
import { conditioned, type GaussianProcess } from '../../../climb/predictor/gaussian-process.ts';
import { stream } from '../../../climb/random.ts';

const mixtures = Array.from({ length: 60 }, (_, i) => quantise(dirichlet(uniform(5), stream(2, ['run', i]))));
const process: GaussianProcess = {
  mixtures,
  scores: mixtures.map(() => 0),
  mean: 0,
  scale: 1,
  lengthScales: uniform(5).map(() => 1),
  signalSd: 1,
  noiseSd: 0.01,
};
const groups = folds(mixtures, 8);
const { variance } = conditioned(process).leaveGroupsOut(groups);
/** Errors of `factor` times the size that the process expects. */
const errorsOf = (factor: number) => {
  const draws = stream(4, ['errors']);
  return variance.map((value) => factor * Math.sqrt(value) * draws.normal());
};

test.each([0.25, 1, 4])('errors %p times as large as the process expects scale it so', (factor) => {
  const { signalSd, noiseSd, lengthScales } = errorProcess(process, errorsOf(factor), groups);
  expect(signalSd).toBeGreaterThan(0.65 * factor);
  expect(signalSd).toBeLessThan(1.5 * factor);
  expect({ noiseSd, lengthScales }).toEqual({ noiseSd: process.noiseSd, lengthScales: process.lengthScales });
});

test('no errors at all leave some doubt', () => {
  const { signalSd } = errorProcess(
    process,
    mixtures.map(() => 0),
    groups,
  );
  expect(signalSd).toBeGreaterThan(0.01);
  expect(signalSd).toBeLessThan(0.1);
});
