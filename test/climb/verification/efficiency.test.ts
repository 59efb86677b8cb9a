import { describe, expect, test } from '@jest/globals';
import {
  crossing,
  weighEfficiency,
  type EfficiencyPoint,
  type LengthRuns,
} from '../../../climb/verification/efficiency.ts';
import type { ItemScores } from '../../../climb/verification/item-scores.ts';
import { stream } from '../../../climb/random.ts';

const items = 60;

/** Three runs at a level of loss, items hard alike for all. */
function runsAt(name: string, level: number, seedSd = 0.002): ItemScores[][] {
  return [0, 1, 2].map((seed) => {
    const luck = seedSd * stream(1, ['luck', name, seed]).normal();
    const losses = Array.from({ length: items }, (_, i) => level + luck + stream(1, ['item', i]).normal());
    return [{ losses, sizes: losses.map(() => 1) }];
  });
}

/** A recipe whose loss falls with the logarithm of tokens: `gain` lower than the proportional mixture at 1,000. */
function lengthsOf(gain: number, ...tokens: number[]): LengthRuns[] {
  return [...tokens, 1000].map((at) => ({
    tokens: at,
    scores: runsAt(String(at), 3 - gain - 0.1 * Math.log2(at / 1000)),
  }));
}

const weigh = (gain: number, ...tokens: number[]) =>
  weighEfficiency({
    arm: 'observed-1',
    lengths: lengthsOf(gain, ...tokens),
    proportional: runsAt('p', 3),
    taskWeights: [1],
  });

test('a tenth of a bit that a doubling of tokens is worth, too, is half the tokens', () => {
  const found = weigh(0.1, 250, 700);
  expect(found).toMatchObject({ arm: 'observed-1', tokens: 1000 });
  expect(found.points.map(({ tokens }) => tokens)).toEqual([250, 700, 1000]);
  expect(found.reached?.atMost).toBe(false);
  expect(Math.abs((found.reached?.tokens as number) / 500 - 1)).toBeLessThan(0.05);
  const [earliest, latest] = [found.earliest?.tokens as number, found.latest?.tokens as number];
  expect(earliest).toBeLessThan(found.reached?.tokens as number);
  expect(latest).toBeGreaterThan(found.reached?.tokens as number);
  expect(latest).toBeLessThan(700);
});

test('reached at the fewest tokens that were tried is a bound, not a figure', () => {
  expect(weigh(0.5, 250, 500).reached).toEqual({ tokens: 250, atMost: true });
});

test('a recipe that ends above the proportional mixture does not reach it', () => {
  expect(weigh(-0.1, 250, 500)).toMatchObject({ reached: null, earliest: null, latest: null });
});

test('one that is not surely better reaches it, and has no latest point', () => {
  const noisy = weighEfficiency({
    arm: 'a',
    lengths: [500, 1000].map((tokens) => ({
      tokens,
      scores: runsAt(String(tokens), tokens === 500 ? 3.1 : 2.99, 0.03),
    })),
    proportional: runsAt('p', 3, 0.03),
    taskWeights: [1],
  });
  expect(noisy.latest).toBeNull();
  expect(noisy.earliest).not.toBeNull();
});

describe('crossing', () => {
  const points = (...advantages: number[]): EfficiencyPoint[] =>
    advantages.map((advantage, at) => ({ tokens: 100 * 2 ** at, advantage, lower: 0, upper: 0 }));
  const of = (...advantages: number[]) => crossing(points(...advantages), ({ advantage }) => advantage);

  test('is interpolated on the logarithm of tokens', () => {
    expect(of(-1, 1)?.tokens).toBeCloseTo(100 * Math.SQRT2, 9);
    expect(of(-3, -1, 1)?.tokens).toBeCloseTo(200 * Math.SQRT2, 9);
    expect(of(-1, 0)?.tokens).toBeCloseTo(200, 9);
  });

  test('is the first, where noise makes several', () => {
    expect(of(-1, 1, -1, 1)?.tokens).toBeCloseTo(100 * Math.SQRT2, 9);
  });

  test.each([
    [[], null],
    [[-1, -2], null],
    [[1], { tokens: 100, atMost: true }],
    [[0, 1], { tokens: 100, atMost: true }],
  ])('%j', (advantages, expected) => {
    expect(of(...advantages)).toEqual(expected);
  });
});
