import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  InfeasibleConstraints,
  constrain,
  project,
  repetitionCaps,
  satisfies,
} from '../../../climb/mixture/constraints.ts';
import { quantise } from '../../../climb/mixture/mixture.ts';

const request = {
  clusters: ['news', 'code', 'books'],
  clusterTokens: [6e8, 3e8, 1e8],
  targetTokens: 1e9,
  maxEpochs: 4,
};

function problemsOf(change: Partial<Parameters<typeof constrain>[0]>) {
  try {
    constrain({ ...request, ...change });
  } catch (error) {
    if (error instanceof InfeasibleConstraints) return error.problems;
    throw error;
  }
  return [];
}

describe('constrain', () => {
  test('caps are the tokens of maxEpochs, at most everything', () => {
    expect(repetitionCaps({ ...request, maxEpochs: 2 })).toEqual([1, 0.6, 0.2]);
  });

  test('bounds are rounded inwards to the grid, and rounding errors move none of them', () => {
    const { lower, upper } = constrain({
      ...request,
      bounds: { news: { lower: 0.07, upper: 0.57 }, code: { lower: 0.1234561, upper: 0.6543219 } },
    });
    expect(lower).toEqual([0.07, 0.123457, 0]);
    expect(upper).toEqual([0.57, 0.654321, 0.4]);
  });

  test('a corpus too small for its target is refused, with what would help', () => {
    const [problem, ...others] = problemsOf({ targetTokens: 5e9 });
    expect(others).toEqual([]);
    expect(problem?.path).toBe('constraints.maxEpochs');
    expect(problem?.message).toMatch(/caps sum to 0\.8, under 1.*raise maxEpochs/);
  });

  test('every problem is reported at once', () => {
    const problems = problemsOf({
      bounds: { poems: { lower: 0.1 }, books: { lower: 0.5 }, news: { lower: 0.6 } },
    });
    expect(problems.map(({ path }) => path)).toEqual([
      'constraints.bounds.poems',
      'constraints.bounds.books.lower',
      'constraints',
    ]);
    expect(problems[1]?.message).toMatch(/got 0\.5, above .* 0\.4/);
  });
});

const feasible = fc
  .array(
    fc.record({
      weight: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
      lower: fc.double({ min: 0, max: 0.05, noNaN: true }),
      room: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 2, maxLength: 20 },
  )
  .map((rows) => ({
    weights: rows.map(({ weight }) => weight),
    lower: rows.map(({ lower }) => Math.ceil(lower * 1e6) / 1e6),
    upper: rows.map(({ lower, room }) => Math.min(1, Math.ceil(lower * 1e6) / 1e6 + Math.floor(room * 1e6) / 1e6)),
  }))
  .filter(
    ({ weights, lower, upper }) =>
      weights.some((weight) => weight > 1e-6) &&
      lower.reduce((a, b) => a + b, 0) < 0.999 &&
      upper.reduce((a, b) => a + b, 0) > 1.001,
  );

describe('project', () => {
  test('the result is a mixture within the bounds, and projecting it again changes nothing', () => {
    fc.assert(
      fc.property(feasible, ({ weights, ...bounds }) => {
        const mixture = project(weights, bounds);
        expect(satisfies(mixture, bounds)).toBe(true);
        expect(quantise(mixture)).toEqual(mixture);
        expect(project(mixture, bounds)).toEqual(mixture);
      }),
    );
  });

  test('a feasible mixture is left alone', () => {
    expect(project([2, 1, 1], { lower: [0, 0, 0], upper: [1, 1, 1] })).toEqual([0.5, 0.25, 0.25]);
  });

  test('weights between their bounds keep their proportions', () => {
    expect(project([0.7, 0.2, 0.1], { lower: [0, 0, 0], upper: [0.4, 1, 1] })).toEqual([0.4, 0.4, 0.2]);
    expect(project([0.8, 0.2, 0], { lower: [0, 0, 0.5], upper: [1, 1, 1] })).toEqual([0.4, 0.1, 0.5]);
  });

  test('what positive weights cannot hold is spread evenly over the zeros', () => {
    expect(project([1, 0, 0], { lower: [0, 0, 0], upper: [0.4, 1, 1] })).toEqual([0.4, 0.3, 0.3]);
  });

  test('no feasible mixture is nearer in KL(mixture ‖ weights)', () => {
    const kl = (mixture: readonly number[], weights: readonly number[]) =>
      mixture.reduce((sum, m, i) => sum + (m > 0 ? m * Math.log(m / (weights[i] as number)) : 0), 0);
    const weights = [0.55, 0.25, 0.15, 0.05];
    const bounds = { lower: [0, 0, 0, 0.2], upper: [0.3, 0.4, 1, 1] };
    const projected = project(weights, bounds);
    const moves = [0, 1, 2, 3].flatMap((from) => [0, 1, 2, 3].map((to) => [from, to] as const));
    for (const [from, to] of moves) {
      const moved = projected.map((weight, i) => weight + (i === to ? 0.001 : 0) - (i === from ? 0.001 : 0));
      if (satisfies(moved, bounds)) expect(kl(moved, weights)).toBeGreaterThanOrEqual(kl(projected, weights) - 1e-6);
    }
  });
});
