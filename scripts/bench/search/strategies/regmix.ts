import { type Mixture, quantise } from '../../../../climb/mixture/mixture.ts';
import { fitBoostedTrees, predictBoostedTrees } from '../../../../climb/predictor/trees/boosted-trees.ts';
import type { Strategy } from '../problem.ts';
import { Runs } from '../runs.ts';
import { publishedCandidates } from './candidates.ts';
import { randomMixtures } from './random.ts';

/** The candidates that RegMix averages. */
const TOP = 128;

/**
 * RegMix (arXiv 2407.01492, sail-sg/regmix regression_fitting/regression.ipynb): the whole budget on random mixtures,
 * one boosted-trees regression, and the mean of the 128 best of 100,000 candidates. On a table, whose rows have no mean
 * that was run, the best predicted row.
 */
export const regmix: Strategy = (problem, { budget, seed }) => {
  const runs = new Runs(problem, budget);
  runs.evaluate(randomMixtures(problem, runs.left, seed));
  // The notebook's early stopping watches runs that it keeps aside; a tenth of the budget does it here.
  const trees = fitBoostedTrees(runs.mixtures, runs.objective, {
    learningRate: 0.01,
    rounds: 1000,
    earlyStopping: { rounds: 3, holdout: Math.max(0.1, 1 / runs.mixtures.length) },
    seed,
  });
  const candidates = publishedCandidates(problem);
  const predicted = predictBoostedTrees(trees, candidates);
  const ranked = [...candidates.keys()].sort((a, b) => predicted[a]! - predicted[b]! || a - b);
  const top = ranked.slice(0, problem.mixtures === null ? TOP : 1).map((i) => candidates[i]!);
  const best = mean(top);
  return { evaluated: runs.mixtures, scores: runs.scores, predictedBest: best, recommended: best };
};

function mean(mixtures: readonly (readonly number[])[]): Mixture {
  const [first, ...others] = mixtures;
  if (first === undefined || others.length === 0) return quantise(first ?? []);
  return quantise(first.map((weight, j) => others.reduce((sum, other) => sum + other[j]!, weight) / mixtures.length));
}
