import { describe, expect, test } from '@jest/globals';
import type { ItemScores } from '../../../climb/verification/item-scores.ts';
import { stream } from '../../../climb/random.ts';
import { studentQuantile } from '../../../climb/verification/student-t.ts';
import { type VerificationRequest, compareArms } from '../../../climb/verification/verification.ts';

/** Arms whose true scores differ by `shift`, with noise from items (shared by arms), seeds, and each answer. */
function verification(world: number, shifts: Record<string, number>, seeds: number, items = 60, seedSd = 0.01) {
  const arms = Object.keys(shifts);
  const hardness = Array.from({ length: items }, (_, i) => 2 + 0.5 * stream(world, ['item', i]).normal());
  const scores = arms.map((arm) =>
    Array.from({ length: seeds }, (_, seed): ItemScores[] => {
      const draws = stream(world, ['run', arm, seed]);
      const luck = seedSd * draws.normal();
      return [
        {
          losses: hardness.map(
            (hard, i) => hard + luck + (shifts[arm] as number) + 0.05 * stream(world, ['answer', arm, i]).normal(),
          ),
          sizes: hardness.map(() => 1),
        },
      ];
    }),
  );
  return {
    arms,
    scores,
    taskWeights: [1],
    candidates: ['found'],
    baselines: ['proportional'],
    natural: 'proportional',
  };
}

test('a case by hand', () => {
  const runs = (...values: number[]) => values.map((value) => [{ losses: [value, value], sizes: [1, 1] }]);
  const result = compareArms({
    arms: ['found', 'proportional'],
    scores: [runs(1, 3), runs(4, 6)],
    taskWeights: [5],
    candidates: ['found'],
    baselines: ['proportional'],
    natural: 'proportional',
  });
  // Every item is alike, so that only seeds count: σ² = (1 + 1 + 1 + 1) / 2 on 2 degrees, difference variance σ²·(½ + ½).
  expect(result.seedSd).toBeCloseTo(Math.SQRT2, 12);
  expect(result.seedDegrees).toBe(2);
  expect(result.arms.map(({ mean }) => mean)).toEqual([2, 5]);
  const half = studentQuantile(0.975, 2) * Math.SQRT2;
  expect(result.comparisons).toHaveLength(1);
  expect(result.comparisons[0]?.advantage).toBe(3);
  expect(result.comparisons[0]?.lower).toBeCloseTo(3 - half, 10);
  expect(result.comparisons[0]?.upper).toBeCloseTo(3 + half, 10);
});

test('what makes an item hard for every arm is not taken for a difference', () => {
  const { comparisons, arms } = compareArms(verification(1, { found: -0.05, proportional: 0 }, 4));
  const width = (interval: { lower: number; upper: number } | undefined) =>
    (interval?.upper ?? 0) - (interval?.lower ?? 0);
  expect(width(comparisons[0])).toBeLessThan(width(arms[0]) / 2);
});

test.each(['student', 'bootstrap'] as const)(
  'intervals of 95 %% hold the difference about 95 times in 100, over items and seeds: %s',
  (interval) => {
    const worlds = Array.from({ length: interval === 'student' ? 300 : 120 }, (_, world) => world);
    const held = worlds.filter((world) => {
      const request = verification(world, { found: -0.02, proportional: 0 }, 3, 40);
      const [comparison] = compareArms({ ...request, interval, seed: world }).comparisons;
      return comparison !== undefined && comparison.lower <= 0.02 && 0.02 <= comparison.upper;
    });
    expect(held.length / worlds.length).toBeGreaterThan(0.9);
    expect(held.length / worlds.length).toBeLessThan(0.995);
  },
);

describe('bootstrap', () => {
  const request = verification(5, { found: -0.05, other: -0.04, uniform: 0.01, proportional: 0 }, 3);
  const all = { ...request, candidates: ['found', 'other'], baselines: ['uniform', 'proportional'] };
  const width = ({ comparisons }: ReturnType<typeof compareArms>) =>
    comparisons.reduce((sum, { lower, upper }) => sum + upper - lower, 0);

  test('says how it was had, and changes intervals alone', () => {
    const [student, bootstrap] = [compareArms(all), compareArms({ ...all, interval: 'bootstrap', seed: 3 })];
    expect([student.interval, bootstrap.interval]).toEqual(['student', 'bootstrap']);
    const estimates = ({ seedSd, arms, comparisons }: typeof student) => ({
      seedSd,
      means: arms.map(({ mean }) => mean),
      advantages: comparisons.map(({ advantage }) => advantage),
    });
    expect(estimates(bootstrap)).toEqual(estimates(student));
  });

  test('the same seed gives the same intervals', () => {
    const of = (seed: number) => compareArms({ ...all, interval: 'bootstrap', seed });
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  test('five comparisons of four arms depend on one another: their intervals are narrower than Bonferroni’s', () => {
    const ratio = width(compareArms({ ...all, interval: 'bootstrap', seed: 3 })) / width(compareArms(all));
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1);
  });

  test('what has no noise at all has intervals of no width', () => {
    const same = all.scores[0] as ItemScores[][];
    const run = [same[0], same[0]] as ItemScores[][];
    const { comparisons } = compareArms({ ...all, scores: all.arms.map(() => run), interval: 'bootstrap' });
    expect(comparisons.map(({ advantage, lower, upper }) => [advantage, lower, upper])).toEqual(
      comparisons.map(() => [0, 0, 0]),
    );
  });
});

test('more comparisons widen each interval', () => {
  const request = verification(2, { found: -0.05, other: -0.04, uniform: 0.01, proportional: 0 }, 3);
  const few = compareArms(request);
  const many = compareArms({ ...request, candidates: ['found', 'other'], baselines: ['uniform', 'proportional'] });
  expect(many.comparisons.map(({ arm, against }) => `${arm} ${against}`)).toEqual([
    'found uniform',
    'found proportional',
    'other uniform',
    'other proportional',
    'uniform proportional',
  ]);
  const lower = (result: typeof few) =>
    result.comparisons.find(({ arm, against }) => arm === 'found' && against === 'proportional')?.lower as number;
  expect(lower(many)).toBeLessThan(lower(few));
});

test('an arm that lost a run is compared with less certainty', () => {
  const request = verification(3, { found: -0.05, proportional: 0 }, 3);
  const [first, second] = request.scores as [ItemScores[][], ItemScores[][]];
  const whole = compareArms(request);
  const short = compareArms({ ...request, scores: [first.slice(0, 2), second] });
  expect(short.seedDegrees).toBe(3);
  expect(short.arms[0]?.seeds).toBe(2);
  expect(whole.seedDegrees).toBe(4);
});

describe('refuses', () => {
  const good = verification(4, { found: -0.05, proportional: 0 }, 2);
  const ragged = good.scores.map((runs, a) =>
    a === 0
      ? runs
      : runs.map(([task]) => [
          { losses: (task as ItemScores).losses.slice(1), sizes: (task as ItemScores).sizes.slice(1) },
        ]),
  );
  const broken = good.scores.map((runs) =>
    runs.map(([task]) => [{ losses: (task as ItemScores).losses.map(() => NaN), sizes: (task as ItemScores).sizes }]),
  );
  const cases: [string, Partial<VerificationRequest>, RegExp][] = [
    ['an unknown candidate', { candidates: ['lost'] }, /no arm lost among found, proportional/],
    ['a natural choice that is no baseline', { natural: 'found' }, /found as the natural choice/],
    ['no baselines', { baselines: [] }, /no baselines/],
    ['one seed', { scores: good.scores.map((runs) => runs.slice(0, 1)) }, /verify\.seeds/],
    ['an arm without runs', { scores: [good.scores[0] ?? [], []] }, /without runs/],
    ['different items', { scores: ragged }, /same two or more items/],
    ['NaN', { scores: broken }, /non-finite/],
    ['a weight too many', { taskWeights: [1, 1] }, /1 tasks for found, 2 weights/],
    ['certainty', { confidence: 1 }, /confidence 1/],
  ];
  test.each(cases)('%s', (_, change, message) => {
    expect(() => compareArms({ ...good, ...change })).toThrow(message);
  });
});
