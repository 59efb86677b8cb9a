import { describe, expect, test } from '@jest/globals';
import { failedAxes, isJudged, pruneThresholds } from '../../../climb/corpus/prune-clusters.ts';

describe('pruneThresholds', () => {
  test('as published', () => {
    const axes = ['educational', 'advertisement', 'Ads', 'adsorption'];
    expect(pruneThresholds('paper', axes)).toEqual({ educational: 3, advertisement: 3, Ads: 3, adsorption: 3 });
    expect(pruneThresholds('recipe', axes)).toEqual({ educational: 1, advertisement: 2, Ads: 2, adsorption: 1 });
  });

  test("what the file says; an axis that the scores don't have is refused with those they have", () => {
    expect(pruneThresholds({ symbols: 2.5 }, ['symbols', 'repetition'])).toEqual({ symbols: 2.5 });
    expect(() => pruneThresholds({ symbols: 2.5, edu: 1, toString: 1 }, ['symbols', 'repetition'])).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        problems: [
          { path: 'clusters.quality.prune.edu', message: expect.stringContaining('they have symbols, repetition') },
          { path: 'clusters.quality.prune.toString', message: expect.any(String) },
        ],
      }),
    );
  });
});

describe('failedAxes', () => {
  const quality = { repetition: { mean: 1.826, documents: 90 }, symbols: { mean: 3.4, documents: 100 } };

  test.each([
    [{ repetition: 3, symbols: 3 }, ['repetition 1.82 < 3']],
    [{ repetition: 3, symbols: 3.5 }, ['repetition 1.82 < 3', 'symbols 3.40 < 3.5']],
    [{ symbols: 3.4 }, []],
    [{}, []],
  ])('%j', (thresholds, failed) => expect(failedAxes(quality, thresholds, 100)).toEqual(failed));

  test('a mean just under the threshold is not shown as equal to it', () =>
    expect(failedAxes({ a: { mean: 2.9999, documents: 1 } }, { a: 3 }, 1)).toEqual(['a 2.99 < 3']));

  test('an axis that applies to less than half of the documents fails nobody', () => {
    const half = { mean: 0.1, documents: 50 };
    expect(isJudged(half, 100)).toBe(true);
    expect(isJudged(half, 101)).toBe(false);
    expect(failedAxes({ a: half }, { a: 3 }, 100)).toEqual(['a 0.10 < 3']);
    expect(failedAxes({ a: half, b: { mean: null, documents: 0 } }, { a: 3, b: 3 }, 101)).toEqual([]);
  });
});
