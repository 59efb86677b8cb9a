import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { choicesNeeded, lossOf, objective, taskLabel, taskShares } from '../../../climb/verification/objective.ts';
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
