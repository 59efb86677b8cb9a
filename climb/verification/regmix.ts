import { dirichlet } from '../mixture/dirichlet.ts';
import { quantise, type Mixture } from '../mixture/mixture.ts';
import type { Observation } from '../predictor/observations.ts';
import { type BoostedTrees, fitBoostedTrees, predictBoostedTrees } from '../predictor/trees/boosted-trees.ts';
import { derivedSeed, stream } from '../random.ts';

/** Artifact: what RegMix recommends, and what it rests on. */
export type RegmixMixture = {
  readonly schema: 1;
  readonly kind: 'regmix';
  /** null where no tree could split the runs. */
  readonly weights: Mixture | null;
  /** What the regression learnt from. */
  readonly observations: readonly Observation[];
};

/** As published: candidates, and the best of them that are averaged. */
const candidates = 100_000;
const averaged = 100;

/**
 * RegMix's recommendation (Liu et al. 2024, arXiv 2407.01492; sail-sg/regmix,
 * regression_fitting/regression.ipynb): of 100,000 draws from Dirichlet(prior) the mean of the 100 with the lowest
 * prediction of `regmixTrees`, ties to the earlier drawn.
 *
 * @param scores the objective of each run, lower is better
 * @param prior  natural proportions
 * @returns a mixture that need not satisfy any constraints; null where no tree could split the runs: all draws are then
 *          predicted alike, and the first would be no recommendation
 * @throws RangeError for fewer than two runs or scores that are not finite.
 */
export function regmixRecommendation(request: {
  readonly mixtures: readonly Mixture[];
  readonly scores: readonly number[];
  readonly prior: readonly number[];
  readonly seed: number;
}): Mixture | null {
  const { prior, seed } = request;
  const trees = regmixTrees(request);
  if (trees.trees.length === 0) return null;
  const draws = stream(seed, ['regmix', 'candidates']);
  const drawn = Array.from({ length: candidates }, () => dirichlet(prior, draws));
  const predicted = predictBoostedTrees(trees, drawn);
  const best = drawn
    .map((_, at) => at)
    .sort((a, b) => (predicted[a] as number) - (predicted[b] as number) || a - b)
    .slice(0, averaged);
  return quantise(prior.map((_, cluster) => best.reduce((sum, at) => sum + (drawn[at]?.[cluster] as number), 0)));
}

/**
 * RegMix's regression: LightGBM's trees on the runs, learning rate .01, 1,000 rounds, stopped when three rounds don't
 * lower the error on runs kept aside, 20 runs a leaf. One on the objective, not one a task.
 *
 * Published from 512 runs with 256 kept aside; here a tenth is, and one at least, since a search has fewer.
 */
export function regmixTrees(request: {
  readonly mixtures: readonly Mixture[];
  readonly scores: readonly number[];
  readonly seed: number;
}): BoostedTrees {
  const { mixtures, scores, seed } = request;
  return fitBoostedTrees(mixtures, scores, {
    learningRate: 0.01,
    rounds: 1000,
    minDataInLeaf: 20,
    earlyStopping: { rounds: 3, holdout: Math.max(0.1, 1 / mixtures.length) },
    seed: derivedSeed(seed, ['regmix', 'holdout']),
  });
}
