import { describe, expect, test } from '@jest/globals';
import { guardBreakers, guardLimits, weighGuards } from '../../../climb/verification/guards.ts';
import type { ItemScores } from '../../../climb/verification/item-scores.ts';
import { stream } from '../../../climb/random.ts';
import { specOf } from '../made-search.ts';

const spec = specOf({
  tasks: [{ name: 'piqa' }, { name: 'arc_easy' }],
  report: { tasks: [{ name: 'sciq' }] },
  objective: { guards: { maxLoss: 0.05, tasks: { sciq: 0.2 } } },
});

test('every task has the common limit or its own; without guards none has', () => {
  expect(guardLimits(spec).map(({ label, maxLoss }) => [label, maxLoss])).toEqual([
    ['piqa', 0.05],
    ['arc_easy', 0.05],
    ['sciq', 0.2],
  ]);
  const one = specOf({ objective: { guards: { tasks: { piqa: 0 } } } });
  expect(guardLimits(one).map(({ label, maxLoss }) => [label, maxLoss])).toEqual([['piqa', 0]]);
  expect(guardLimits(specOf())).toEqual([]);
  const inherited = specOf({ tasks: [{ name: 'constructor' }], objective: { guards: { maxLoss: 0.05 } } });
  expect(guardLimits(inherited)[0]).toMatchObject({ label: 'constructor', maxLoss: 0.05 });
  expect(guardLimits(specOf({ objective: { scale: 'z-score' } }))).toEqual([]);
});

/** Runs of arms whose true losses differ from the proportional mixture's by so much. */
function runs(world: number, shifts: Readonly<Record<string, number>>, seedSd: number, seeds = 3): ItemScores[][][] {
  return Object.entries(shifts).map(([arm, shift]) =>
    Array.from({ length: seeds }, (_, seed) => {
      const luck = seedSd * stream(world, ['luck', arm, seed]).normal();
      const losses = Array.from({ length: 40 }, (_, item) => {
        const hard = 2 + 0.5 * stream(world, ['item', item]).normal();
        return hard + luck + shift + 0.02 * stream(world, ['answer', arm, item]).normal();
      });
      return [{ losses, sizes: losses.map(() => 1) }];
    }),
  );
}

const [limit] = guardLimits(spec);
const weigh = (shifts: Readonly<Record<string, number>>, seedSd = 0.001, world = 1) =>
  weighGuards(limit ? [limit] : [], Object.keys(shifts), () => runs(world, shifts, seedSd));

test('an arm that is surely within the limit keeps it, one that is surely beyond breaks it', () => {
  const evidence = weigh({ good: -0.1, bad: 0.1, proportional: 0, uniform: 0.02 });
  expect(evidence.map(({ arm, kept }) => [arm, kept])).toEqual([
    ['good', true],
    ['bad', false],
    ['uniform', true],
  ]);
  expect(evidence[1]?.excess).toBeCloseTo(0.1, 1);
  for (const { excess, upper, maxLoss } of evidence) {
    expect(upper).toBeGreaterThan(excess);
    expect(maxLoss).toBe(0.05);
  }
  expect(guardBreakers(evidence)).toEqual(new Set(['bad']));
});

test('an arm that is not shown to be worse, since nothing is known well, does not pass', () => {
  expect(weigh({ found: 0, proportional: 0 }, 0.2)[0]?.kept).toBe(false);
});

test('an arm at the limit itself passes no more than 5 times in 100', () => {
  const worlds = Array.from({ length: 200 }, (_, world) => world);
  const passed = worlds.filter((world) => weigh({ found: 0.05, proportional: 0 }, 0.01, world)[0]?.kept);
  expect(passed.length / worlds.length).toBeLessThanOrEqual(0.08);
});

describe('nothing to weigh', () => {
  test.each([
    ['no guards', []],
    ['no proportional arm', ['found', 'uniform']],
    ['no other arm', ['proportional']],
  ])('%s', (what, arms) => {
    const limits = what === 'no guards' || limit === undefined ? [] : [limit];
    expect(weighGuards(limits, arms, () => [])).toEqual([]);
  });
});
