import { describe, expect, test } from '@jest/globals';
import { weighEvidence } from '../../../climb/verification/evidence.ts';
import { arms, runsAt, smallSpec } from '../made-recipe.ts';

test('a candidate that is clearly ahead on the report tasks beats every baseline', () => {
  const found = weighEvidence(smallSpec, arms, runsAt([2.5, 2.6, 2.9, 3]));
  expect(found?.recommendation).toMatchObject({ arm: 'observed-1', verdict: 'better than every baseline' });
  // Report tasks lie .2 and .3 above the level of a run; longer items are harder by 1.75 bits over 39 bytes.
  const [observed] = found?.verification.arms ?? [];
  expect(observed).toMatchObject({
    arm: 'observed-1',
    seeds: 2,
    mean: expect.closeTo(2.75 + 1.75 / 39, 9),
  });
});

test('the searched tasks take no part in the verdict', () => {
  const better = runsAt([2.5, 2.6, 2.9, 3]);
  const spoilt = better.map((runs, arm) =>
    runs.map((run) => ({
      ...run,
      tasks: run.tasks.map((task, at) => (at < smallSpec.tasks.length ? { ...task, bitsPerByte: 9 - arm } : task)),
    })),
  );
  const [plain, changed] = [better, spoilt].map((runs) => weighEvidence(smallSpec, arms, runs));
  expect(changed?.verification).toEqual(plain?.verification);
  expect(changed?.recommendation).toEqual(plain?.recommendation);
  expect(changed?.arms[0]?.searched).not.toEqual(plain?.arms[0]?.searched);
});

test('each arm shows its scores by seed, task by task, and what they mean', () => {
  const found = weighEvidence(smallSpec, arms, runsAt([2.5, 2.6, 2.9, 3]));
  const [observed] = found?.arms ?? [];
  expect(observed).toMatchObject({ id: 'observed-1', role: 'candidate', proxy: 'i2-p001', weights: [0.2, 0.7, 0.1] });
  expect(observed?.report.map(({ task, metric, accuracy }) => [task, metric, accuracy])).toEqual([
    ['sciq', 'bitsPerByte', 0.5],
    ['own (test)', 'bitsPerByte', 0.5],
  ]);
  expect(observed?.searched.map(({ task }) => task)).toEqual(['piqa', 'arc_easy']);
  for (const { values, mean } of [...(observed?.report ?? []), ...(observed?.searched ?? [])]) {
    expect(values).toHaveLength(2);
    expect(mean).toBeCloseTo(((values[0] as number) + (values[1] as number)) / 2, 12);
    expect((values[1] as number) - (values[0] as number)).toBeCloseTo(0.002, 9);
  }
});

test('a report task of plain texts has no accuracy, and weighs as much as any other', () => {
  const runs = runsAt([2.5, 2.6, 2.9, 3]).map((ofArm) =>
    ofArm.map((run) => ({ ...run, tasks: run.tasks.map((task) => ({ ...task, accuracy: null, accuracyNorm: null })) })),
  );
  const found = weighEvidence(smallSpec, arms, runs);
  expect(found?.arms[0]?.report.map(({ accuracy }) => accuracy)).toEqual([null, null]);
  expect(found?.verification).toEqual(weighEvidence(smallSpec, arms, runsAt([2.5, 2.6, 2.9, 3]))?.verification);
});

describe('runs that are missing', () => {
  const runs = runsAt([2.5, 2.6, 2.9, 3]);
  const without = (...gone: number[]) => runs.map((ofArm, at) => (gone.includes(at) ? [] : ofArm));

  test('a candidate whose runs all diverged is out of the comparison and shown with no mean', () => {
    const found = weighEvidence(smallSpec, arms, without(0));
    expect(found?.verification).toMatchObject({ candidates: ['predicted-1'], baselines: ['uniform', 'proportional'] });
    expect(found?.recommendation.arm).toBe('predicted-1');
    expect(found?.arms[0]?.report[0]).toMatchObject({ values: [], mean: null, accuracy: null });
  });

  test('nothing is claimed of every baseline when one has no run', () => {
    expect(weighEvidence(smallSpec, arms, without(2))).toBeNull();
    expect(weighEvidence(smallSpec, arms, without(3))).toBeNull();
  });

  test('the natural baseline is the proportional one where it was asked for, else the first', () => {
    expect(weighEvidence(smallSpec, arms, runs)?.verification.natural).toBe('proportional');
    expect(weighEvidence(smallSpec, arms.slice(0, 3), runs.slice(0, 3))?.verification.natural).toBe('uniform');
  });

  test.each([
    ['no candidate', without(0, 1)],
    ['no baseline', without(2, 3)],
    ['one run of each', runs.map((ofArm) => ofArm.slice(0, 1))],
    ['nothing', without(0, 1, 2, 3)],
  ])('%s: nothing can be verified', (_, left) => {
    expect(weighEvidence(smallSpec, arms, left)).toBeNull();
  });
});
