import { lowestAt } from '../../../../climb/lowest.ts';
import { type Mixture, mixtureKey, quantise } from '../../../../climb/mixture/mixture.ts';
import { paperMixtures } from '../../../../climb/mixture/samplers/paper-sampler.ts';
import { randomOfTop, recipeTop } from '../../../../climb/mixture/samplers/random-of-top.ts';
import { regmixMixtures } from '../../../../climb/mixture/samplers/regmix-sampler.ts';
import { fitBoostedTrees, predictBoostedTrees } from '../../../../climb/predictor/trees/boosted-trees.ts';
import { shuffled, stream, type Stream } from '../../../../climb/random.ts';
import type { Problem, Settings, Strategy } from '../problem.ts';
import { mean } from '../ranks.ts';
import { Runs } from '../runs.ts';
import { publishedCandidates } from './candidates.ts';

/** Proxies of the three iterations as published, 4 : 2 : 1. */
const SCHEDULE = [64, 32, 16] as const;

/** CLIMB as in the paper: Dirichlet draws on the clusters' token counts first. */
export const paper = climb(paperMixtures);

/** CLIMB as in NVIDIA's recipe, which starts from RegMix's sampler. */
export const nemoRecipe = climb(regmixMixtures);

type Sampler = (prior: readonly number[], count: number, draws: Stream) => Mixture[];

/**
 * Three batches of 64, 32 and 16, or in that proportion. After each, one boosted-trees predictor of the mean score
 * ranks the candidates, and the next batch is drawn at random from the top max(M², 128); the last predictor's first is
 * recommended, without a run. The paper gives neither the number of candidates nor N: both are the recipe's.
 *
 * Two defects of the recipe are left out, since they cost it: candidates that were run are not drawn again, and what is
 * run is what was drawn.
 *
 * @param first how the first batch is drawn where any mixture can be run; on a table it is rows at random
 */
function climb(first: Sampler): Strategy {
  return (problem, settings) => {
    const { prior, mixtures } = problem;
    const runs = new Runs(problem, settings.budget);
    const [start = 0, ...later] = scaled(SCHEDULE, runs.left);
    const draws = stream(settings.seed, ['bench', 'climb']);
    runs.evaluate(mixtures === null ? first(prior, start, draws) : shuffled(mixtures, draws).slice(0, start));
    for (const size of later) {
      if (size > 0) runs.evaluate(next(size));
    }
    const ranked = predictedScores(runs, problem, settings);
    const best = quantise(publishedCandidates(problem)[lowestAt(ranked)]!);
    return { evaluated: runs.mixtures, scores: runs.scores, predictedBest: best, recommended: best };

    function next(size: number): Mixture[] {
      const predicted = predictedScores(runs, problem, settings);
      const top = unrun(runs, publishedCandidates(problem), predicted, recipeTop(size));
      const ranks = [...top.keys()];
      return randomOfTop(ranks, top.length, size, draws).map((rank) => top[rank]!);
    }
  };
}

/** The first so many of the candidates by predicted score that were not run. */
function unrun(runs: Runs, candidates: readonly (readonly number[])[], predicted: readonly number[], count: number) {
  const ranked = [...candidates.keys()].sort((a, b) => predicted[a]! - predicted[b]! || a - b);
  const top = new Map<string, Mixture>();
  for (const i of ranked) {
    const mixture = quantise(candidates[i]!);
    if (!runs.has(mixture)) top.set(mixtureKey(mixture), mixture);
    if (top.size === count) break;
  }
  return [...top.values()];
}

function predictedScores(runs: Runs, problem: Problem, { seed }: Settings): number[] {
  return predictBoostedTrees(fitRecipe(runs, seed), publishedCandidates(problem));
}

/**
 * `fit_predictor` of the recipe's 8_predict.py. The paper: L1 and L2, depth 4, at least 5 a leaf, early stop after 20.
 * Their penalties are meant for accuracies in per cent, which differ by about one; scores of any unit are brought to that
 * spread, or an L1 of 1 would forbid every split of losses that differ by a hundredth.
 */
function fitRecipe(runs: Runs, seed: number) {
  const held = Math.max(1, Math.round(runs.mixtures.length * 0.1));
  return fitBoostedTrees(runs.mixtures, standardised(runs.objective), {
    learningRate: 0.01,
    rounds: 1000,
    maxDepth: 4,
    minDataInLeaf: 5,
    lambdaL1: 1,
    lambdaL2: 1,
    earlyStopping: { rounds: Math.min(20, held), holdout: held / runs.mixtures.length },
    seed,
  });
}

/** Mean 0, standard deviation 1; zeros where all are equal. */
function standardised(values: readonly number[]): number[] {
  const centre = mean(values);
  const sd = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return values.map((value) => (sd > 0 ? (value - centre) / sd : 0));
}

/** Whole sizes in the same proportion that sum to `total`, the first at least 1; what rounding leaves goes to the first. */
export function scaled(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((all, size) => all + size, 0);
  const later = sizes.slice(1).map((size) => Math.floor((size / sum) * total));
  return [total - later.reduce((all, size) => all + size, 0), ...later];
}
