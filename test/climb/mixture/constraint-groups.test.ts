import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ConstraintRequest,
  type Constraints,
  constrain,
  InfeasibleConstraints,
  project,
  satisfies,
} from '../../../climb/mixture/constraints.ts';
import { quantise } from '../../../climb/mixture/mixture.ts';

const request = {
  clusters: ['c0', 'c1', 'c2', 'c3'],
  labels: ['web', 'news', 'code', 'books'],
  clusterTokens: [5e8, 3e8, 1e8, 1e8],
  targetTokens: 1e9,
  maxEpochs: 4,
};

function problemsOf(change: Partial<ConstraintRequest>) {
  try {
    constrain({ ...request, ...change });
    return [];
  } catch (error) {
    if (error instanceof InfeasibleConstraints) return error.problems;
    throw error;
  }
}

describe('pins and groups', () => {
  test('a pin is both bounds, to the nearest millionth', () => {
    const { lower, upper } = constrain({ ...request, pinned: { c1: 1 / 3 } });
    expect([lower[1], upper[1]]).toEqual([0.333333, 0.333333]);
    expect(project([0.25, 0.25, 0.25, 0.25], { lower, upper })[1]).toBe(0.333333);
  });

  test('clusters and labels name the same', () => {
    const groups = (names: string[]) => ({ g: { clusters: names, lower: 0.2, upper: 0.6 } });
    expect(constrain({ ...request, pinned: { news: 0.3 }, groups: groups(['code', 'c3']) })).toEqual(
      constrain({ ...request, pinned: { c1: 0.3 }, groups: groups(['c2', 'books']) }),
    );
  });

  test('a sum moves as a whole, and keeps the proportions within', () => {
    const { groups = [], ...bounds } = constrain({ ...request, groups: { g: { clusters: ['c2', 'c3'], upper: 0.3 } } });
    expect(groups).toEqual([{ members: [2, 3], lower: 0, upper: 0.3 }]);
    expect(project([0.3, 0.1, 0.4, 0.2], { ...bounds, groups })).toEqual([0.525, 0.175, 0.2, 0.1]);
    expect(project([0.6, 0.2, 0.1, 0.1], { ...bounds, groups })).toEqual([0.6, 0.2, 0.1, 0.1]);
  });

  test('a group may lie within another, or be the same', () => {
    const groups = {
      inner: { clusters: ['c2', 'c3'], upper: 0.2 },
      outer: { clusters: ['c1', 'c2', 'c3'], lower: 0.7 },
      again: { clusters: ['c3', 'c2'], lower: 0.1 },
    };
    const constraints = constrain({ ...request, bounds: { c1: { upper: 0.9 } }, groups });
    expect(project([1, 1, 1, 1], constraints)).toEqual([0.3, 0.5, 0.1, 0.1]);
    expect(
      project([1, 0, 0, 0], constraints)
        .slice(1)
        .reduce((sum, weight) => sum + weight, 0),
    ).toBeCloseTo(0.7, 12);
  });
});

describe('problems of pins and groups', () => {
  const rows: [what: string, change: Partial<ConstraintRequest>, path: string, piece: string][] = [
    ['a pin above its cap', { pinned: { books: 0.5 } }, 'constraints.pinned.books', 'got 0.5, above the most'],
    [
      'a pin outside its own bound',
      { pinned: { c1: 0.3 }, bounds: { news: { upper: 0.2 } } },
      'constraints.pinned.c1',
      'outside constraints.bounds.news',
    ],
    ['an unknown pin', { pinned: { poems: 0.1 } }, 'constraints.pinned.poems', 'c0 (web), c1 (news)'],
    [
      'a domain by both its names',
      { bounds: { c1: { lower: 0.1 }, news: { upper: 0.5 } } },
      'constraints.bounds.news',
      '"news" and "c1" are the same cluster',
    ],
    [
      'a member by both its names',
      { groups: { g: { clusters: ['c1', 'news'] } } },
      'constraints.groups.g.clusters.1',
      'are the same cluster',
    ],
    [
      'a label of two clusters',
      { labels: ['web', 'web', 'code', 'books'], pinned: { web: 0.1 } },
      'constraints.pinned.web',
      'several clusters have the label "web"',
    ],
    [
      'groups that overlap',
      { groups: { a: { clusters: ['c0', 'c1'] }, b: { clusters: ['c1', 'c2'] } } },
      'constraints.groups.b',
      'shares clusters with the group "a"',
    ],
    [
      'a group that its clusters cannot fill',
      { groups: { g: { clusters: ['c2', 'c3'], lower: 0.9 } } },
      'constraints.groups.g.lower',
      'got 0.9, above the 0.8 that its clusters can have together',
    ],
    [
      'a group that its clusters overflow',
      { bounds: { c2: { lower: 0.3 }, c3: { lower: 0.3 } }, groups: { g: { clusters: ['c2', 'c3'], upper: 0.5 } } },
      'constraints.groups.g.upper',
      'got 0.5, under the 0.6 that its clusters have at least',
    ],
    [
      'a group that an inner one keeps empty',
      {
        groups: {
          inner: { clusters: ['c2', 'c3'], upper: 0.1 },
          outer: { clusters: ['c1', 'c2', 'c3'], lower: 0.5 },
        },
        bounds: { c1: { upper: 0.3 } },
      },
      'constraints.groups.outer.lower',
      'above the 0.4',
    ],
    [
      'the same group twice, at odds',
      { groups: { a: { clusters: ['c0', 'c1'], lower: 0.5 }, b: { clusters: ['c1', 'c0'], upper: 0.4 } } },
      'constraints.groups.b.upper',
      'under the 0.5',
    ],
    [
      'groups that leave no room for the rest',
      { pinned: { c0: 0.5 }, groups: { g: { clusters: ['c1', 'c2', 'c3'], upper: 0.4 } } },
      'constraints',
      'caps sum to 0.9, under 1',
    ],
  ];
  test.each(rows)('%s', (_, change, path, piece) => {
    const problems = problemsOf(change);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(piece);
  });

  test('all are told at once', () => {
    const change = { pinned: { poems: 0.1, books: 0.5 }, groups: { g: { clusters: ['c0'], lower: 0.5, upper: 0.2 } } };
    expect(problemsOf(change).length).toBeGreaterThan(1);
  });
});

/** Weights, and constraints around another point: halves and quarters of the clusters as groups, one within the other. */
const constrained = fc
  .record({
    rows: fc.array(
      fc.record({
        weight: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
        inside: fc.double({ min: 0.01, max: 1, noNaN: true }),
        down: fc.double({ min: 0, max: 1, noNaN: true }),
        up: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 4, maxLength: 16 },
    ),
    slack: fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), { minLength: 6, maxLength: 6 }),
  })
  .filter(({ rows }) => rows.some(({ weight }) => weight > 1e-6))
  .map(({ rows, slack }) => {
    const point = quantise(rows.map(({ inside }) => inside));
    const grid = (value: number) => Math.round(value * 1e6) / 1e6;
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    const half = rows.length >> 1;
    const quarter = half >> 1;
    const constraints: Constraints = {
      lower: rows.map(({ down }, i) => grid(Math.floor((point[i] as number) * down * 1e6) / 1e6)),
      upper: rows.map(({ up }, i) => grid(Math.min(1, (point[i] as number) + 0.5 * up))),
      groups: [range(0, quarter), range(0, half), range(half, rows.length)].map((members, g) => {
        const sum = members.reduce((total, i) => total + (point[i] as number), 0);
        return {
          members,
          lower: grid(Math.max(0, sum - (slack[2 * g] as number))),
          upper: grid(Math.min(1, sum + (slack[2 * g + 1] as number))),
        };
      }),
    };
    return { weights: rows.map(({ weight }) => weight), constraints };
  });

describe('projection onto groups', () => {
  test('gives a mixture that keeps every rule, and leaves it alone afterwards', () => {
    fc.assert(
      fc.property(constrained, ({ weights, constraints }) => {
        const mixture = project(weights, constraints);
        expect(satisfies(mixture, constraints)).toBe(true);
        expect(quantise(mixture)).toEqual(mixture);
        expect(project(mixture, constraints)).toEqual(mixture);
      }),
    );
  });

  // On laminar groups a point from which no exchange of two weights descends is the minimum (Murota 2003, 6.26).
  test('gives the nearest in KL(mixture ‖ weights): no exchange of two weights comes nearer', () => {
    const kl = (mixture: readonly number[], weights: readonly number[]) =>
      mixture.reduce((sum, m, i) => sum + (m > 0 ? m * Math.log(m / (weights[i] as number)) : 0), 0);
    fc.assert(
      fc.property(constrained, ({ weights, constraints }) => {
        const positive = weights.map((weight) => weight + 0.01);
        const total = positive.reduce((sum, weight) => sum + weight, 0);
        const shares = positive.map((weight) => weight / total);
        const projected = project(shares, constraints);
        const nearest = kl(projected, shares);
        for (const [from, at] of projected.entries()) {
          for (const to of projected.keys()) {
            const amount = Math.min(1e-3, at);
            const moved = projected.map((w, i) => w + (i === to ? amount : 0) - (i === from ? amount : 0));
            if (from === to || !satisfies(moved, constraints)) continue;
            expect(kl(moved, shares)).toBeGreaterThan(nearest - 1e-7);
          }
        }
      }),
    );
  });
});
