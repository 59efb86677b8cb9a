import { expect, test } from '@jest/globals';
import { conditioned, type GaussianProcess } from '../../../climb/predictor/gaussian-process.ts';
import { needsKnown, posterior } from '../../../climb/predictor/task-model.ts';
import { tinyRuns } from '../tiny-runs.ts';

const process: GaussianProcess = {
  ...tinyRuns,
  mean: 2.976,
  scale: 0.1,
  lengthScales: [0.8, 1.5, 0.6],
  signalSd: 0.08,
  noiseSd: 0.02,
};
const queries = [
  [0.2, 0.3, 0.5],
  [0, 0, 1],
];

test('a process alone, as climb 0.1.0 wrote it, is a model', () => {
  expect(posterior(process).predict(queries)).toEqual(conditioned(process).predict(queries));
  expect(posterior(process).covariance(queries)).toEqual(conditioned(process).covariance(queries));
  expect(posterior(process).noiseSd).toBe(0.02);
  expect(needsKnown(process)).toBe(false);
});

test('trends are added to the mean, and change no uncertainty', () => {
  const trended = { kind: 'gaussian-process', trends: [{ kind: 'known', coefficient: 2 }], residual: process } as const;
  const plain = conditioned(process).predict(queries);
  const { mean, sd } = posterior(trended).predict(queries, [0.5, -1]);
  expect(mean).toEqual([(plain.mean[0] as number) + 1, (plain.mean[1] as number) - 2]);
  expect(sd).toEqual(plain.sd);
});

test.each([
  ['of another domain set', [0.5, 0.5]],
  ['with NaN', [0.5, NaN, 0.5]],
])('a mixture %s is refused', (_, mixture) => {
  expect(() => posterior(process).predict([[0.2, 0.3, 0.5], mixture])).toThrow(/over 3 clusters.*at index 1/);
  expect(() => posterior(process).covariance([mixture])).toThrow(RangeError);
});
