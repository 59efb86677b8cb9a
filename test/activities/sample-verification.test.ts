import { expect, test } from '@jest/globals';
import {
  sampleVerification,
  type ArmsArtifact,
  type SampleVerificationInput,
} from '../../activities/sample-verification.ts';
import { chooseArms } from '../../climb/verification/arms.ts';
import { mixtureSpace } from '../../climb/mixture/mixture-space.ts';
import type { RegmixMixture } from '../../climb/verification/regmix.ts';
import { scratch } from '../adapters/scratch.ts';
import { tokens as shards } from '../climb/made-recipe.ts';
import { candidates as kept, found, rules, stored } from './made-search-artifacts.ts';
import { failureOf, perform, worldIn } from './made-world.ts';

const deps = worldIn(scratch());
const sample = sampleVerification(deps);
const inputOf = async (changes: Partial<SampleVerificationInput> = {}): Promise<SampleVerificationInput> => {
  const { predictor, candidates, tokens } = await stored(deps);
  return { predictor, candidates, tokens, rules, count: 2, baselines: ['uniform', 'proportional'], ...changes };
};

test('the arms are chosen from what was found, and trainers read them like any mixtures', async () => {
  const { ref, summary } = await perform(sample, await inputOf());
  const arms = await deps.store.readJson<ArmsArtifact>(ref);
  expect(summary.ids).toEqual(['observed-1', 'predicted-1', 'uniform', 'proportional']);
  expect(arms).toEqual({
    schema: 1,
    kind: 'mixtures',
    mixtures: chooseArms({
      found,
      candidates: kept,
      count: 2,
      baselines: ['uniform', 'proportional'],
      sources: {
        space: mixtureSpace(shards, rules),
        clusterTokens: shards.clusters.map((cluster) => cluster.tokens),
        targetTokens: rules.targetTokens,
        maxEpochs: rules.constraints.maxEpochs,
        seed: 0,
        found: {},
      },
    }),
  });
});

test('without candidates only what was observed is verified', async () => {
  const { summary } = await perform(sample, await inputOf({ candidates: null, count: 1, baselines: ['uniform'] }));
  expect(summary.ids).toEqual(['observed-1', 'uniform']);
});

test('drawn, even and found baselines are arms like any others', async () => {
  const weights = [0.1, 0.2, 0.7];
  const regmix = await deps.store.putJson({
    schema: 1,
    kind: 'regmix',
    weights,
    observations: [],
  } satisfies RegmixMixture);
  const baselines = ['proportional', 'random', 'unimax', 'regmix'] as const;
  const { ref, summary } = await perform(sample, await inputOf({ baselines, seed: 7, regmix, count: 1 }));
  expect(summary.ids).toEqual(['observed-1', ...baselines]);
  const { mixtures } = await deps.store.readJson<ArmsArtifact>(ref);
  expect(mixtures.at(-1)).toEqual({ id: 'regmix', role: 'baseline', weights });
});

test('rules that nothing satisfies end the search', async () => {
  const failure = await failureOf(perform(sample, await inputOf({ rules: { ...rules, targetTokens: 1e12 } })));
  expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
});
