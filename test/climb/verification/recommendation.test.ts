import { describe, expect, test } from '@jest/globals';
import { recommend } from '../../../climb/verification/recommendation.ts';
import type { Comparison, Verification } from '../../../climb/verification/verification.ts';

/** [arm, against, advantage, half width of its interval] */
type Row = readonly [arm: string, against: string, advantage: number, half: number];

function verification(means: Record<string, number>, rows: readonly Row[]): Verification {
  const comparisons = rows.map(([arm, against, advantage, half]): Comparison => ({
    arm,
    against,
    advantage,
    lower: advantage - half,
    upper: advantage + half,
  }));
  const baselines = ['uniform', 'proportional', 'ngram'].filter((name) => name in means);
  return {
    confidence: 0.95,
    candidates: Object.keys(means).filter((name) => !baselines.includes(name)),
    baselines,
    natural: 'proportional',
    seedSd: 0.01,
    seedDegrees: 8,
    arms: Object.entries(means).map(([arm, mean]) => ({ arm, seeds: 3, mean, lower: mean - 0.01, upper: mean + 0.01 })),
    comparisons,
  };
}

test('a candidate that beats every baseline, by the lower bound and not the point', () => {
  const result = recommend(
    verification({ daring: 2.7, steady: 2.72, uniform: 2.85, proportional: 2.83 }, [
      ['daring', 'uniform', 0.15, 0.14],
      ['daring', 'proportional', 0.13, 0.12],
      ['steady', 'uniform', 0.13, 0.02],
      ['steady', 'proportional', 0.11, 0.02],
      ['uniform', 'proportional', -0.02, 0.02],
    ]),
  );
  expect(result).toEqual({ arm: 'steady', verdict: 'better than every baseline', lowerBound: 0.11 - 0.02 });
});

test('when nothing is shown to be better, the corpus as it is', () => {
  const result = recommend(
    verification({ found: 2.8, uniform: 2.81, proportional: 2.82 }, [
      ['found', 'uniform', 0.01, 0.03],
      ['found', 'proportional', 0.02, 0.03],
      ['uniform', 'proportional', 0.01, 0.03],
    ]),
  );
  expect(result.arm).toBe('proportional');
  expect(result.verdict).toBe('no better than proportional');
  expect(result.lowerBound).toBeCloseTo(-0.02, 12);
});

test('a baseline that is shown to be better than the corpus as it is takes its place', () => {
  const result = recommend(
    verification({ found: 2.79, proportional: 2.9, ngram: 2.8 }, [
      ['found', 'proportional', 0.11, 0.03],
      ['found', 'ngram', 0.01, 0.03],
      ['ngram', 'proportional', 0.1, 0.03],
    ]),
  );
  expect(result).toMatchObject({ arm: 'ngram', verdict: 'no better than ngram' });
});

test('the answer is never a baseline that the candidate beats', () => {
  const result = recommend(
    verification({ found: 2.8, proportional: 2.85, ngram: 2.82 }, [
      ['found', 'proportional', 0.05, 0.03],
      ['found', 'ngram', 0.02, 0.03],
      ['ngram', 'proportional', 0.03, 0.04],
    ]),
  );
  expect(result.arm).toBe('ngram');
});

describe('guards', () => {
  const means = { good: 2.7, other: 2.75, uniform: 2.85, proportional: 2.83, ngram: 2.72 };
  const rows: readonly Row[] = ['good', 'other'].flatMap((arm) =>
    (['uniform', 'proportional', 'ngram'] as const).map((against): Row => [
      arm,
      against,
      means[against] - means[arm as 'good'],
      0.01,
    ]),
  );
  const baselines: readonly Row[] = [
    ['uniform', 'proportional', -0.02, 0.01],
    ['ngram', 'proportional', 0.11, 0.01],
  ];
  const all = verification(means, [...rows, ...baselines]);
  const of = (...breakers: string[]) => recommend(all, new Set(breakers));

  test('that are kept change nothing', () => {
    expect(of()).toEqual(recommend(all));
    expect(of().verdict).toBe('better than every baseline');
  });

  test('the best candidate that breaks one gives way to the next, which has to be better itself', () => {
    expect(of('good')).toMatchObject({ arm: 'ngram', verdict: 'no better than ngram' });
  });

  test('a baseline that breaks one is neither the answer nor to be beaten', () => {
    expect(of('good', 'ngram')).toMatchObject({
      arm: 'other',
      verdict: 'better than every baseline that keeps the guards',
    });
    expect(of('good', 'ngram').lowerBound).toBeCloseTo(0.07, 12);
  });

  test('where every candidate breaks one, the best baseline that keeps them', () => {
    expect(of('good', 'other')).toEqual({ arm: 'ngram', verdict: 'no mixture keeps the guards', lowerBound: null });
    expect(of('good', 'other', 'ngram').arm).toBe('proportional');
    expect(of('good', 'other', 'ngram', 'uniform').arm).toBe('proportional');
  });
});
