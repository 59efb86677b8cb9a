import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { folds } from '../../../climb/predictor/folds.ts';
import { mixtureKey } from '../../../climb/mixture/mixture.ts';

const corner = (i: number) => [i / 50, 1 - i / 50];

test('every row is in one fold, beside its repeats, and folds differ by at most one mixture', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      (places, count) => {
        const mixtures = places.map(corner);
        const dealt = folds(mixtures, count);
        expect(dealt.flat().sort((a, b) => a - b)).toEqual(mixtures.map((_, i) => i));
        const distinct = new Set(mixtures.map(mixtureKey)).size;
        expect(dealt).toHaveLength(Math.min(count, distinct));
        const keys = dealt.map((fold) => new Set(fold.map((row) => mixtureKey(mixtures[row] as number[]))));
        expect(keys.reduce((sum, fold) => sum + fold.size, 0)).toBe(distinct);
        const sizes = keys.map((fold) => fold.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('the same rows, the same folds; a golden deal of ten into three', () => {
  const mixtures = Array.from({ length: 10 }, (_, i) => corner(i));
  expect(folds(mixtures, 3)).toEqual(folds(mixtures, 3));
  expect(folds(mixtures, 3)).toMatchInlineSnapshot(`
   [
     [
       1,
       9,
       3,
       5,
     ],
     [
       0,
       7,
       2,
     ],
     [
       4,
       6,
       8,
     ],
   ]
  `);
});
