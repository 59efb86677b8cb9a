import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uniMax } from '../../../climb/mixture/unimax.ts';

test('small clusters get their epochs, the others share the rest evenly', () => {
  // 100 tokens for 5, 30, 200 and 1000 at one epoch: 5, then 30 of the 31⅔ that are even, then 32½ each.
  expect(uniMax([200, 5, 1000, 30], 100, 1)).toEqual([0.325, 0.05, 0.325, 0.3]);
});

test('clusters that are all large enough share alike; all that are too small stay in natural proportion', () => {
  expect(uniMax([10, 20, 30, 40], 8, 1)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(uniMax([10, 20, 30, 40], 1000, 4)).toEqual([0.1, 0.2, 0.3, 0.4]);
});

test('a mixture within the caps, even above them, whatever the order', () => {
  const tokens = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 1e10 }), fc.integer({ min: 1, max: 8 }), (tokens, budget, epochs) => {
      const weights = uniMax(tokens, budget, epochs);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      const spent = Math.min(budget, tokens.reduce((sum, size) => sum + epochs * size, 0)); // prettier-ignore
      const most = Math.max(...weights);
      weights.forEach((weight, at) => {
        const cap = (epochs * (tokens[at] as number)) / spent;
        expect(weight).toBeLessThanOrEqual(cap * (1 + 1e-9));
        // Whoever has less than another has all that it can take.
        if (weight < most * (1 - 1e-9)) expect(weight).toBeCloseTo(cap, 9);
      });
      const turned = uniMax([...tokens].reverse(), budget, epochs).reverse();
      turned.forEach((weight, at) => expect(weight).toBeCloseTo(weights[at] as number, 9));
    }),
  );
});
