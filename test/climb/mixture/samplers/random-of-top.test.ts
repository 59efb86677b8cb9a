import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomOfTop, recipeTop } from '../../../../climb/mixture/samplers/random-of-top.ts';
import { stream } from '../../../../climb/random.ts';

test('what is drawn is distinct and among the best', () => {
  const scores = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(scores, fc.nat(20), fc.nat(20), fc.integer(), (predicted, top, size, seed) => {
      const drawn = randomOfTop(predicted, top, size, stream(seed, []));
      expect(drawn).toHaveLength(Math.min(size, top, predicted.length));
      expect(new Set(drawn).size).toBe(drawn.length);
      for (const i of drawn) {
        const better = predicted.filter((value, j) => value < predicted[i]! || (value === predicted[i] && j < i));
        expect(better.length).toBeLessThan(top);
      }
    }),
  );
});

test('each of the top is drawn alike, not the best first', () => {
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 400; seed++) counts[randomOfTop([3, 1, 2, 0, 9], 4, 1, stream(seed, []))[0]!]! += 1;
  for (const count of counts) expect(count).toBeGreaterThan(60);
});

test('the recipe draws from the top M², 128 at least', () => {
  expect([4, 11, 12, 64].map(recipeTop)).toEqual([128, 128, 144, 4096]);
});
