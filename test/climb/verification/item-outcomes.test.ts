import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { itemLosses } from '../../../climb/verification/item-outcomes.ts';
import { pooledScore } from '../../../climb/verification/item-scores.ts';
import { lossOf } from '../../../climb/verification/objective.ts';
import { itemised } from '../made-recipe.ts';

const outcomes = {
  ids: ['a', 'b'],
  goldLogProb: [-Math.LN2, -4 * Math.LN2],
  bytes: [1, 2],
  correct: [1, 0],
  correctNorm: [0, 0],
};

test('an item loses its bits, over its bytes', () => {
  expect(itemLosses(outcomes, 'bitsPerByte')).toEqual({ losses: [1, 4], sizes: [1, 2] });
});

test('an item loses 1 where the right choice is not the likeliest', () => {
  expect(itemLosses(outcomes, 'accuracy')).toEqual({ losses: [0, 1], sizes: [1, 1] });
  expect(itemLosses(outcomes, 'accuracyNorm')).toEqual({ losses: [1, 1], sizes: [1, 1] });
});

test('accuracy without all choices is refused with what to do', () => {
  const { ids, goldLogProb, bytes } = outcomes;
  expect(() => itemLosses({ ids, goldLogProb, bytes }, 'accuracy')).toThrow('evaluate with choices "all"');
});

test('the pooled losses of the items are the score of the task, under every metric', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 5, noNaN: true }),
      fc.constantFrom('bitsPerByte', 'accuracy', 'accuracyNorm'),
      (level, metric) => {
        const score = itemised({ name: 'piqa', split: 'validation' }, level);
        expect(pooledScore(itemLosses(score.items, metric))).toBeCloseTo(lossOf(score, metric), 12);
      },
    ),
  );
});
