import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toldOnce } from '../../../climb/exchange/told-once.ts';
import { noiseFloor } from '../../../climb/predictor/noise-floor.ts';
import type { Observation } from '../../../climb/predictor/observations.ts';

const run = (
  score: string,
  weights: number[],
  losses: readonly number[],
  evidence: 'exact' | 'approximate' = 'exact',
) => ({ id: 'i1-p001', weights, losses, score, evidence }) satisfies Observation;

test('a score artifact counts once, and so does a mixture with the same losses', () => {
  const shared = run('a', [0.5, 0.5], [2, 3]);
  const exported = { ...shared, score: 'of the table' };
  const repeated = run('b', [0.5, 0.5], [2.5, 3.5]);
  const found = toldOnce([shared, repeated, { ...shared, id: 'i4-p002' }, exported]);
  expect(found.map(({ id, score }) => [id, score])).toEqual([
    ['e001', 'a'],
    ['e002', 'b'],
  ]);
  expect(noiseFloor(found, [1, 1])?.combined).toEqual({ variance: 0.125, degreesOfFreedom: 1 });
});

test('of one score the mixture that is exact stays, wherever it stood', () => {
  const exact = run('a', [0.9, 0.1], [2]);
  const approximate = run('a', [0.1, 0.9], [2], 'approximate');
  for (const both of [
    [exact, approximate],
    [approximate, exact],
  ])
    expect(toldOnce(both)).toEqual([{ ...exact, id: 'e001' }]);
});

test('the order in which it is named, and how often, changes nothing', () => {
  const one = fc.record({
    score: fc.constantFrom('a', 'b', 'c', 'd'),
    first: fc.integer({ min: 0, max: 2 }),
    losses: fc.constantFrom([1], [2]),
    evidence: fc.constantFrom('exact' as const, 'approximate' as const),
  });
  const runs = fc
    .array(one, { maxLength: 8 })
    .map((all) => all.map((at) => run(at.score, [at.first / 2, 1 - at.first / 2], at.losses, at.evidence)));
  fc.assert(
    fc.property(runs, (all) => {
      const once = toldOnce(all);
      expect(toldOnce([...all].reverse())).toEqual(once);
      expect(toldOnce([...once, ...all])).toEqual(once);
      expect(new Set(once.map(({ score }) => score)).size).toBe(once.length);
    }),
  );
});
