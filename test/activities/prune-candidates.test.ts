import { expect, test } from '@jest/globals';
import { pruneCandidates } from '../../activities/prune-candidates.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import type { CandidatesArtifact, Observation } from '../../climb/predictor/observations.ts';
import type { Mixtures } from '../../climb/mixture/mixtures.ts';
import { noiseOfOneRun } from '../../climb/predictor/noise-of-one-run.ts';
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
  // Three runs say nothing of gain and noise over three clusters.
  expect(made.summary).toEqual({ kept: mixtures.length, predictedBest: Math.min(...mean) });
  expect(mixtures.length).toBeGreaterThan(100);
  expect([mean.length, sd.length]).toEqual([mixtures.length, mixtures.length]);
  expect(mixtures.every((weights) => (weights[2] as number) <= 0.2)).toBe(true);
  expect(evaluated).toEqual(found.observations.map(({ weights }) => weights));
  const known = evaluated.map(mixtureKey);
  expect(mixtures.some((mixture) => known.includes(mixtureKey(mixture)))).toBe(false);
  expect(predictor).toEqual(found.predictor);
});

test('with more runs than a process has to learn, the next batch is weighed against the noise of a run', async () => {
  const observations = [...found.observations, ...found.observations].map((one, at) => ({
    ...one,
    losses: one.losses.map((loss) => loss + at / 100),
  }));
  const summaryOf = async (runs: Observation[]) => {
    const predictor = await deps.store.putJson({ ...found, observations: runs });
    return perform(prune, await inputOf({ predictor }));
  };
  const { ref, summary } = await summaryOf(observations);
  expect(summary.noise).toBe(noiseOfOneRun(found.predictor, observations));
  const { gain } = await deps.store.readJson<CandidatesArtifact & { gain: number[] }>(ref);
  // The first of the batch gains what the best candidate does, the others less: they are no news any more.
  expect(summary.gain).toBeGreaterThan(Math.max(...gain));
  expect(summary.gain).toBeLessThan(4 * Math.max(...gain));
  expect((await summaryOf(observations.slice(1))).summary).not.toHaveProperty('noise');
});

test('each iteration draws anew, the same one the same', async () => {
  const first = await perform(prune, await inputOf());
  expect(await perform(prune, await inputOf())).toEqual(first);
  expect((await perform(prune, await inputOf({ iteration: 3 }))).ref).not.toEqual(first.ref);
  expect((await perform(prune, await inputOf({ seed: 8 }))).ref).not.toEqual(first.ref);
});

test('what the search proposed before is not proposed again, scored or not', async () => {
  const put = (mixtures: Mixtures['mixtures']) => deps.store.putJson({ schema: 1, kind: 'mixtures', mixtures });
  const first = await perform(prune, await inputOf());
  const before = await deps.store.readJson<CandidatesArtifact>(first.ref);
  const diverged = before.mixtures.slice(0, 2).map((weights, at) => ({ id: `i2-p00${at}`, weights }));
  const second = await perform(prune, await inputOf({ mixtures: await put(diverged) }));
  const third = await perform(prune, await inputOf({ mixtures: await put([]), previous: second.ref }));
  for (const { ref } of [second, third]) {
    const { mixtures, tried = [] } = await deps.store.readJson<CandidatesArtifact>(ref);
    expect(tried).toEqual(diverged.map(({ weights }) => weights));
    const kept = new Set(mixtures.map(mixtureKey));
    expect(tried.some((mixture) => kept.has(mixtureKey(mixture)))).toBe(false);
  }
});

test('the noise of one run leaves out mixtures that are told only approximately', async () => {
  const twice = (evidence: 'exact' | 'approximate') =>
    found.observations.flatMap((one): Observation[] => [
      { ...one, evidence },
      { ...one, evidence, losses: one.losses.map((loss) => loss + 2) },
    ]);
  const noise = async (observations: Observation[]) => {
    const predictor = await deps.store.putJson({ ...found, observations });
    return (await perform(prune, await inputOf({ predictor }))).summary.noise;
  };
  expect(await noise(twice('exact'))).toBeCloseTo(Math.SQRT2, 10);
  expect(await noise(twice('approximate'))).toBe(noiseOfOneRun(found.predictor, found.observations));
});

test('rules that nothing satisfies end the search', async () => {
  const failure = await failureOf(perform(prune, await inputOf({ rules: { ...rules, targetTokens: 1e12 } })));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
});
