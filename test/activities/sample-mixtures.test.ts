import { expect, test } from '@jest/globals';
import { sampleMixtures, type SampleMixturesInput } from '../../activities/sample-mixtures.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import type { Mixtures } from '../../climb/mixture/mixtures.ts';
import { scratch } from '../adapters/scratch.ts';
import { failureOf, perform, worldIn } from './made-world.ts';
import { candidates, rules, stored } from './made-search-artifacts.ts';

const deps = worldIn(scratch());
const sample = sampleMixtures(deps);

async function inputOf(changes: Partial<SampleMixturesInput> = {}): Promise<SampleMixturesInput> {
  const { tokens } = await stored(deps);
  return { tokens, rules, iteration: 1, size: 8, seed: 7, candidates: null, ...changes };
}

async function mixturesOf(changes: Partial<SampleMixturesInput> = {}) {
  const { ref } = await perform(sample, await inputOf(changes));
  return (await deps.store.readJson<Mixtures>(ref)).mixtures;
}

test('the first batch has the corpus as it is, the uniform mixture, and as many as asked for, all different', async () => {
  const { ref, summary } = await perform(sample, await inputOf());
  expect(summary.ids).toEqual(Array.from({ length: 8 }, (_, at) => `i1-p00${at + 1}`));
  const { kind, mixtures } = await deps.store.readJson<Mixtures>(ref);
  expect(kind).toBe('mixtures');
  expect(mixtures.map(({ id }) => id)).toEqual(summary.ids);
  const keys = mixtures.map(({ weights }) => mixtureKey(weights));
  expect(new Set(keys).size).toBe(8);
  expect(keys).toContain('500000 375000 125000');
  expect(keys).toContain('333334 333333 333333');
  for (const { weights } of mixtures) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
});

test('the same search draws the same, another seed another batch', async () => {
  expect(await perform(sample, await inputOf())).toEqual(await perform(sample, await inputOf()));
  const drawn = async (seed: number) => (await mixturesOf({ seed })).map(({ weights }) => mixtureKey(weights)).slice(2);
  const first = await drawn(7);
  expect((await drawn(8)).some((key) => first.includes(key))).toBe(false);
});

test('a later batch is taken from the kept candidates, and numbered by its iteration', async () => {
  const { candidates: kept } = await stored(deps);
  const mixtures = await mixturesOf({ iteration: 3, size: 4, candidates: kept });
  expect(mixtures.map(({ id }) => id)).toEqual(['i3-p001', 'i3-p002', 'i3-p003', 'i3-p004']);
  const known = candidates.mixtures.map(mixtureKey);
  expect(mixtures.every(({ weights }) => known.includes(mixtureKey(weights)))).toBe(true);
  expect(new Set(mixtures.map(({ weights }) => mixtureKey(weights))).size).toBe(4);
});

test('constraints that no mixture satisfies end the search, with every problem and its path', async () => {
  const bounds = { c0000: { upper: 0.2 }, c0001: { upper: 0.2 }, web: { lower: 0.1 } };
  const impossible = { ...rules, targetTokens: 4e10, constraints: { maxEpochs: 4, bounds } };
  const failure = await failureOf(perform(sample, await inputOf({ rules: impossible })));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
  const [problems] = failure.details as [{ path: string }[]];
  expect(problems.map(({ path }) => path)).toEqual(['constraints.bounds.web', 'constraints']);
});

test('rules that no later mixture can keep are refused at once', async () => {
  const later = { ...rules, targetTokens: 1e12 };
  await expect(perform(sample, await inputOf({ rules }))).resolves.toBeDefined();
  expect(await failureOf(perform(sample, await inputOf({ later })))).toMatchObject({
    type: 'InvalidSearchSpec',
    nonRetryable: true,
  });
});
