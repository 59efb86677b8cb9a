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

const law = { kind: 'ridge', of: 'weight', intercept: 1, slopes: [1, 2, 3] } as const;
const twoOfThree = {
  kind: 'blend',
  known: 2,
  laws: [
    { share: 0.25, law },
    { share: 0.75, law: { kind: 'gaussian-process', ...process } },
  ],
  errors: { ...process, noiseSd: 0.05 },
} as const;

test('a blend is β·known and the shares of its laws; what it errs is told by the process of its errors', () => {
  const { mean, sd } = posterior(twoOfThree).predict(queries, [0.5, -1]);
  const own = conditioned(process).predict(queries).mean;
  const ridge = [1 + 0.2 + 0.6 + 1.5, 1 + 3];
  mean.forEach((value, i) => expect(value).toBeCloseTo([1, -2][i]! + 0.25 * ridge[i]! + 0.75 * own[i]!, 12));
  expect(sd).toEqual(conditioned(twoOfThree.errors).predict(queries).sd);
  expect(posterior(twoOfThree).noiseSd).toBe(0.05);
});

test.each([
  ['of another domain set', [0.5, 0.5]],
  ['with NaN', [0.5, NaN, 0.5]],
])('a mixture %s is refused', (_, mixture) => {
  expect(() => posterior(process).predict([[0.2, 0.3, 0.5], mixture])).toThrow(/over 3 clusters.*at index 1/);
  expect(() => posterior(process).covariance([mixture])).toThrow(RangeError);
});
