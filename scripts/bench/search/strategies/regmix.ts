import { quantise } from '../../../../climb/mixture/mixture.ts';
import { predictBoostedTrees } from '../../../../climb/predictor/trees/boosted-trees.ts';
import { regmixRecommendation, regmixTrees } from '../../../../climb/verification/regmix.ts';
import { lowestAt } from '../../../../climb/lowest.ts';
import type { Strategy } from '../problem.ts';
import { Runs } from '../runs.ts';
import { randomMixtures } from './random.ts';

/**
 * RegMix: the whole budget on random mixtures, then the recommendation that a search's baseline `regmix` is. On a table,
 * whose rows have no mean that was run, the best predicted row. Of runs that no tree can split it recommends the natural
 * proportions, about which its candidates are drawn.
 */
export const regmix: Strategy = (problem, { budget, seed }) => {
  const runs = new Runs(problem, budget);
  runs.evaluate(randomMixtures(problem, runs.left, seed));
  const { mixtures: rows, prior } = problem;
  const request = { mixtures: runs.mixtures, scores: runs.objective, prior, seed };
  const best =
    rows === null
      ? (regmixRecommendation(request) ?? quantise(prior))
      : rows[lowestAt(predictBoostedTrees(regmixTrees(request), rows))]!;
  return { evaluated: runs.mixtures, scores: runs.scores, predictedBest: best, recommended: best };
};
