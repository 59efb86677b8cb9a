import { expect, test } from '@jest/globals';
import { pruneCandidates } from '../../activities/prune-candidates.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import type { CandidatesArtifact } from '../../climb/predictor/observations.ts';
import { scratch } from '../adapters/scratch.ts';
import { found, rules, stored } from './made-search-artifacts.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());
const prune = pruneCandidates(deps);
const inputOf = async (changes: object = {}) => {
  const { predictor, tokens } = await stored(deps);
  return { predictor, tokens, rules, seed: 7, iteration: 2, pool: 300, ...changes };
};

test('what is kept is new, within the rules, and comes with the predictor that ranked it', async () => {
  const made = await perform(
    prune,
    await inputOf({ rules: { ...rules, constraints: { maxEpochs: 4, bounds: { c0002: { upper: 0.2 } } } } }),
  );
  const { mixtures, mean, sd, predictor, evaluated } = await deps.store.readJson<CandidatesArtifact>(made.ref);
  expect(made.summary).toEqual({ kept: mixtures.length, predictedBest: Math.min(...mean) });
  expect(mixtures.length).toBeGreaterThan(100);
  expect([mean.length, sd.length]).toEqual([mixtures.length, mixtures.length]);
  expect(mixtures.every((weights) => (weights[2] as number) <= 0.2)).toBe(true);
  expect(evaluated).toEqual(found.observations.map(({ weights }) => weights));
  const known = evaluated.map(mixtureKey);
  expect(mixtures.some((mixture) => known.includes(mixtureKey(mixture)))).toBe(false);
  expect(predictor).toEqual(found.predictor);
});

test('each iteration draws anew, the same one the same', async () => {
  const first = await perform(prune, await inputOf());
  expect(await perform(prune, await inputOf())).toEqual(first);
  expect((await perform(prune, await inputOf({ iteration: 3 }))).ref).not.toEqual(first.ref);
  expect((await perform(prune, await inputOf({ seed: 8 }))).ref).not.toEqual(first.ref);
});

test('rules that nothing satisfies end the search', async () => {
  const failure = await failureOf(perform(prune, await inputOf({ rules: { ...rules, targetTokens: 1e12 } })));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
});
