import { describe, expect, test } from '@jest/globals';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { shuffled, stream } from '../../../climb/random.ts';
import { posterior } from '../../../climb/predictor/task-model.ts';

const mixtures = Array.from({ length: 24 }, (_, i) => quantise(dirichlet(uniform(4), stream(1, ['m', i]))));
const noise = (task: string) => {
  const draws = stream(1, [task]);
  return mixtures.map(() => 0.05 * draws.normal());
};
const first = noise('first').map((value, i) => value + 3 - (mixtures[i]?.[0] as number));
const second = noise('second').map((value, i) => value + 2 - (mixtures[i]?.[1] as number));

test('the mean is the weighted mean over tasks', () => {
  const predictor = fitPredictor({ mixtures, scores: [first, second], taskWeights: [3, 1] });
  const [a, b] = predictor.tasks.map((task) => posterior(task).predict(mixtures).mean);
  predict(predictor, mixtures).mean.forEach((mean, i) =>
    expect(mean).toBeCloseTo(0.75 * (a?.[i] as number) + 0.25 * (b?.[i] as number), 12),
  );
});

describe('the combined uncertainty', () => {
  const of = (scores: number[][]) => {
    const predictor = fitPredictor({ mixtures, scores, taskWeights: scores.map(() => 1) });
    return predict(predictor, [uniform(4)]).sd[0] as number;
  };

  test('of one task told twice is that of the task', () => {
    expect(of([first, first])).toBeCloseTo(of([first]), 10);
  });

  test('of tasks that err apart is smaller than if they erred as one', () => {
    const together = (of([first]) + of([second])) / 2;
    expect(of([first, second])).toBeLessThan(0.95 * together);
    expect(of([first, second])).toBeGreaterThan(together / Math.SQRT2);
  });
});

test('the order of the runs changes nothing, to the last bit, repeats included', () => {
  const runs = [...mixtures, ...mixtures.slice(0, 6)].map((mixture, i) => ({
    mixture,
    scores: [first[i % 24] as number, (second[i % 24] as number) + i],
  }));
  const fit = (rows: typeof runs) =>
    fitPredictor({
      mixtures: rows.map(({ mixture }) => mixture),
      scores: [0, 1].map((t) => rows.map(({ scores }) => scores[t] as number)),
      taskWeights: [1, 1],
    });
  expect(fit(shuffled(runs, stream(9, ['order'])))).toEqual(fit(runs));
});

test.each([
  ['no tasks', [], []],
  ['a weight too few', [first, second], [1]],
  ['a negative weight', [first, second], [2, -1]],
  ['weights of 0', [first, second], [0, 0]],
  ['a score too few', [first, second.slice(1)], [1, 1]],
  ['NaN', [first, second.map(() => NaN)], [1, 1]],
])('refuses %s', (_, scores, taskWeights) => {
  expect(() => fitPredictor({ mixtures, scores, taskWeights })).toThrow(RangeError);
});
