/** RegMix's own search: what it draws and what it recommends. */
import { describe, expect, test } from '@jest/globals';
import { fitRegmix, type FitRegmixInput } from '../../activities/fit-regmix.ts';
import { sampleRegmix } from '../../activities/sample-regmix.ts';
import { mixtureSpace } from '../../climb/mixture/mixture-space.ts';
import { mixtureKey } from '../../climb/mixture/mixture.ts';
import { satisfies } from '../../climb/mixture/constraints.ts';
import type { Mixtures } from '../../climb/mixture/mixtures.ts';
import type { RegmixMixture } from '../../climb/verification/regmix.ts';
import { scratch } from '../adapters/scratch.ts';
import { scoreOf, smallSpec, tokens as shards } from '../climb/made-recipe.ts';
import { rules, stored } from './made-search-artifacts.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());
const sample = sampleRegmix(deps);
const fit = fitRegmix(deps);

const drawn = async (size: number, changes: object = {}) => {
  const { tokens } = await stored(deps);
  const { ref, summary } = await perform(sample, { tokens, rules, size, seed: 7, ...changes });
  const { mixtures } = await deps.store.readJson<Mixtures>(ref);
  expect(summary.ids).toEqual(mixtures.map(({ id }) => id));
  return { ref, tokens, mixtures };
};

describe('draws', () => {
  test('as many mixtures as it is told, all different, the same for the same seed', async () => {
    const { mixtures } = await drawn(40);
    expect(mixtures).toHaveLength(40);
    expect(mixtures[0]?.id).toBe('r-p001');
    expect(new Set(mixtures.map(({ weights }) => mixtureKey(weights))).size).toBe(40);
    expect((await drawn(40)).mixtures).toEqual(mixtures);
    expect((await drawn(40, { seed: 8 })).mixtures).not.toEqual(mixtures);
  });

  test('none that breaks the constraints: it could not be trained', async () => {
    const capped = { ...rules, targetTokens: 10_000_000 };
    const { constraints } = mixtureSpace(shards, capped);
    const { mixtures } = await drawn(30, { rules: capped });
    for (const { weights } of mixtures) expect(satisfies(weights, constraints)).toBe(true);
  });

  test('nothing where no mixture keeps them', async () => {
    const { tokens } = await stored(deps);
    const input = { tokens, rules: { ...rules, targetTokens: 1e12 }, size: 4, seed: 7 };
    expect(await failureOf(perform(sample, input))).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
  });
});

test('recommends what its runs say, and keeps them', async () => {
  const { ref: mixtures, tokens, mixtures: list } = await drawn(60);
  // The second cluster helps.
  const scored = await Promise.all(
    list.map(async ({ id, weights }) => {
      const score = await deps.store.putJson(scoreOf(smallSpec, 3 - (weights[1] as number), id));
      return { id, score };
    }),
  );
  const input: FitRegmixInput = {
    tokens,
    mixtures,
    scored: scored.slice(0, 50),
    tasks: smallSpec.tasks,
    scale: 'none',
    seed: 7,
  };
  const made = await perform(fit, input);
  const { weights, observations } = await deps.store.readJson<RegmixMixture>(made.ref);
  expect(made.summary).toEqual({ observations: 50, grown: true });
  expect(observations.map(({ id }) => id)).toEqual(list.slice(0, 50).map(({ id }) => id));
  expect(weights?.[1]).toBeGreaterThan(0.5);
  const again = await perform(fit, { ...input, scored: [...input.scored].reverse() });
  expect(again.ref).toEqual(made.ref);
}, 60_000); // RegMix predicts 100,000 candidates

test('recommends nothing where its runs are too few for a split', async () => {
  const { ref: mixtures, tokens, mixtures: list } = await drawn(40);
  const scored = await Promise.all(
    list.map(async ({ id, weights }) => {
      const score = await deps.store.putJson(scoreOf(smallSpec, 3 - (weights[1] as number), id));
      return { id, score };
    }),
  );
  const made = await perform(fit, {
    tokens,
    mixtures,
    scored,
    tasks: smallSpec.tasks,
    scale: 'none' as const,
    seed: 7,
  });
  expect(made.summary).toEqual({ observations: 40, grown: false });
  expect((await deps.store.readJson<RegmixMixture>(made.ref)).weights).toBeNull();
});
