import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { learningRateFor } from '../../../climb/spec/learning-rate.ts';

test('the presets and what lies between them', () => {
  const rates = [16, 64, 96, 128, 192, 512, 768].map((width) => [width, learningRateFor(width)]);
  expect(rates).toEqual([
    [16, 4e-3],
    [64, 4e-3],
    [96, 2.67e-3],
    [128, 2e-3],
    [192, 1.33e-3],
    [512, 5e-4],
    [768, 3.33e-4],
  ]);
});

test('wider models never get a larger rate, and twice the width half of it, to three digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 8192 }), (width) => {
      expect(learningRateFor(width + 1)).toBeLessThanOrEqual(learningRateFor(width));
      expect((2 * learningRateFor(2 * width)) / learningRateFor(width)).toBeCloseTo(1, 2);
    }),
  );
});
