import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  choicesNeeded,
  lossOf,
  objective,
  objectiveWeights,
  scaleOf,
  taskLabel,
  taskShares,
} from '../../../climb/verification/objective.ts';
import { specOf } from '../made-search.ts';

const tasks = (...weights: number[]) =>
  specOf({ tasks: weights.map((weight, at) => ({ name: `t${at}`, weight })) }).tasks;

test('a task is shown by its name, and by its split where that is not the usual one', () => {
  expect(taskLabel({ name: 'piqa', split: 'validation' })).toBe('piqa');
  expect(taskLabel({ name: 'piqa', split: 'test' })).toBe('piqa (test)');
});

test('every metric is turned so that lower is better', () => {
  const score = { name: 'piqa', n: 10, bitsPerByte: 2.5, accuracy: 0.75, accuracyNorm: 0.5 };
  expect(lossOf(score, 'bitsPerByte')).toBe(2.5);
  expect(lossOf(score, 'accuracy')).toBe(0.25);
  expect(lossOf(score, 'accuracyNorm')).toBe(0.5);
});

test('a metric that was not evaluated is refused with what to do', () => {
  expect(() => lossOf({ name: 'piqa', n: 10, bitsPerByte: 2.5 }, 'accuracy')).toThrow(
    'task piqa was evaluated without accuracy; evaluate it with all choices',
  );
});

test('plain texts have no accuracy: null is as good as nothing', () => {
  const score = { name: 'mine', n: 10, bitsPerByte: 2.5, accuracy: null, accuracyNorm: null };
  expect(lossOf(score, 'bitsPerByte')).toBe(2.5);
  expect(() => lossOf(score, 'accuracyNorm')).toThrow('or use bitsPerByte for plain texts');
});

test('shares add up to 1 and depend on the proportions of the weights alone', () => {
  expect(taskShares(tasks(1, 3))).toEqual([0.25, 0.75]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 10 }),
      (weights) => {
        const shares = taskShares(tasks(...weights));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        const scaled = taskShares(tasks(...weights.map((weight) => weight * 8)));
        expect(scaled).toEqual(shares); // a power of two changes no mantissa
      },
    ),
  );
});

test('the objective is the weighted mean', () => {
  expect(objective([2, 4], [0.25, 0.75])).toBe(3.5);
  expect(objective([2.5], [1])).toBe(2.5);
});

test('wrong choices are scored only where a metric asks for them', () => {
  expect(choicesNeeded(specOf().tasks)).toBe('gold');
  expect(choicesNeeded(specOf({ tasks: [{ name: 'piqa', metric: 'accuracyNorm' }] }).tasks)).toBe('all');
});

describe('z-scores', () => {
  const weigh = (losses: readonly (readonly number[])[], ...weights: number[]) =>
    objectiveWeights(tasks(...weights), 'z-score', losses);

  test('a task counts by its weight, not by the size of its differences', () => {
    const losses = [
      [1, 10],
      [2, 30],
      [3, 20],
    ];
    const [small, large] = weigh(losses, 1, 1) as [number, number];
    expect(small / large).toBeCloseTo(10, 12);
    expect(small + large).toBeCloseTo(1, 12);
    const [double, single] = weigh(losses, 2, 1) as [number, number];
    expect(double / single).toBeCloseTo(20, 12);
  });

  test('no unit of a task changes what it counts', () => {
    const value = fc.integer({ min: 1, max: 50 });
    const unit = fc.constantFrom(0.01, 1, 100);
    const runs = fc.array(fc.tuple(value, value, value), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(runs, fc.tuple(unit, unit, unit), (losses, units) => {
        fc.pre(losses.some((run) => run.some((loss, t) => loss !== losses[0]?.[t])));
        const weights = weigh(losses, 3, 2, 1);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        const rescaled = losses.map((run) => run.map((loss, t) => loss * (units[t] as number)));
        const scaled = weigh(rescaled, 3, 2, 1).map((weight, t) => weight * (units[t] as number));
        const total = scaled.reduce((sum, weight) => sum + weight, 0);
        scaled.forEach((weight, t) => expect(weight / total).toBeCloseTo(weights[t] as number, 6));
      }),
    );
  });

  test('a task that never changes ranks nothing; where none does, shares are left', () => {
    expect(
      weigh(
        [
          [1, 0.1],
          [2, 0.1],
        ],
        1,
        3,
      ),
    ).toEqual([1, 0]);
    expect(weigh([[1, 2], [1, 2], [1 + 1e-12, 2]], 1, 3)).toEqual([0.25, 0.75]); // prettier-ignore
  });

  test('one proxy, or none, has no spread; without the scale only weights count', () => {
    expect(weigh([[1, 5]], 1, 3)).toEqual([0.25, 0.75]);
    expect(weigh([], 1, 3)).toEqual([0.25, 0.75]);
    expect(objectiveWeights(tasks(1, 3), 'none', [[1, 5], [2, 9]])).toEqual([0.25, 0.75]); // prettier-ignore
  });

  test('a search file has none unless it says so', () => {
    expect([scaleOf(specOf()), scaleOf(specOf({ objective: {} }))]).toEqual(['none', 'none']);
    expect(scaleOf(specOf({ objective: { scale: 'z-score' } }))).toBe('z-score');
  });
});
