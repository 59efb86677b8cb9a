import { shuffled, stream } from '../../../../climb/random.ts';
import { regmixMixtures } from '../../../../climb/mixture/samplers/regmix-sampler.ts';
import type { Mixture } from '../../../../climb/mixture/mixture.ts';
import type { Problem, Strategy } from '../problem.ts';
import { Runs } from '../runs.ts';

/** The whole budget on random mixtures; the best one seen is recommended. */
export const random: Strategy = (problem, { budget, seed }) => {
  const runs = new Runs(problem, budget);
  runs.evaluate(randomMixtures(problem, runs.left, seed));
  return {
    evaluated: runs.mixtures,
    scores: runs.scores,
    predictedBest: null,
    recommended: runs.bestSeen(),
  };
};

/** Rows of a table at random; where any mixture can be run, those of RegMix's sampler. */
export function randomMixtures({ mixtures, prior }: Problem, size: number, seed: number): Mixture[] {
  const draws = stream(seed, ['bench', 'random']);
  return mixtures === null ? regmixMixtures(prior, size, draws) : shuffled(mixtures, draws).slice(0, size);
}
