import { expect, test } from '@jest/globals';
import { searchNoise } from '../../../climb/search/noise.ts';
import type { Observation } from '../../../climb/predictor/observations.ts';
import type { ArmEvidence, ArmTaskScore } from '../../../climb/verification/evidence.ts';

const run = (id: string, weights: readonly number[], losses: readonly number[]): Observation => ({
  id,
  weights,
  losses,
  score: '',
});
const scores = (task: string, values: readonly number[]): ArmTaskScore => ({
  task,
  metric: 'bitsPerByte',
  values,
  mean: null,
  accuracy: null,
});
const arm = (weights: readonly number[], ...values: readonly number[][]): ArmEvidence => ({
  id: 'a',
  role: 'candidate',
  weights,
  report: [],
  searched: values.map((of, at) => scores(`t${at}`, of)),
});

test('repeats in the search, and those of the verification beside them, are pooled by mixture', () => {
  const observations = [run('i1-p001', [1, 0], [3, 5]), run('i2-p001', [0.5, 0.5], [2, 2])];
  // [1, 0] has losses 3, 2, 4 and 5, 5, 5; [0, 1] has 1, 3 and 2, 2; [.5, .5] was run once.
  const floor = searchNoise(observations, [arm([1, 0], [2, 4], [5, 5]), arm([0, 1], [1, 3], [2, 2])], [1, 1]);
  expect(floor?.tasks).toEqual([
    { variance: (2 + 2) / 3, degreesOfFreedom: 3 },
    { variance: 0, degreesOfFreedom: 3 },
  ]);
  expect(floor?.combined).toEqual({ variance: (0.5 + 0.5) / 3, degreesOfFreedom: 3 });
});

test('where nothing was run twice nothing is known; an arm whose runs all diverged adds nothing', () => {
  expect(searchNoise([run('a', [1, 0], [3])], [], [1])).toBeNull();
  expect(searchNoise([run('a', [1, 0], [3])], [arm([1, 0], [])], [1])).toBeNull();
  expect(searchNoise([], [], [1])).toBeNull();
});
