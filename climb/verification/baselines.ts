import { spread } from '../mixture/first-batch.ts';
import { project } from '../mixture/constraints.ts';
import { uniform, type Mixture } from '../mixture/mixture.ts';
import type { MixtureSpace } from '../mixture/mixture-space.ts';
import { uniMax } from '../mixture/unimax.ts';
import { stream } from '../random.ts';
import type { SearchSpec } from '../spec/search-file.ts';

export type Baseline = SearchSpec['verify']['baselines'][number];

/** What each baseline is, for the report. */
export const baselineSentences: Readonly<Record<Baseline, string>> = {
  uniform: 'every cluster alike',
  proportional: 'the corpus as it is',
  ngram:
    'the optimum of n-gram models of the clusters on the searched tasks, for which no proxy was trained: a recipe that is not better says that the tasks measure the words at this scale, not the model',
  random: 'one draw from a Dirichlet distribution around the corpus as it is, of mean shape 1',
  unimax: 'as even as the caps on repetition allow (UniMax, arXiv 2304.09151)',
  regmix:
    'RegMix (arXiv 2407.01492): a search of its own, random mixtures and one regression on their scores, the mean of its best 100 of 100,000 drawn',
};

export type BaselineSources = {
  readonly space: MixtureSpace;
  /** Tokens of each cluster, and of the run that the recipe is for. */
  readonly clusterTokens: readonly number[];
  readonly targetTokens: number;
  readonly maxEpochs: number;
  readonly seed: number;
  /** Mixtures that had to be found: the n-gram optimum, RegMix's recommendation. */
  readonly found: Readonly<Partial<Record<Baseline, Mixture>>>;
};

/**
 * A baseline as a mixture, moved as little as the constraints demand.
 * @throws RangeError for one that has to be found and wasn't.
 */
export function baselineMixture(baseline: Baseline, sources: BaselineSources): Mixture {
  return project(unconstrained(baseline, sources), sources.space.constraints);
}

function unconstrained(
  baseline: Baseline,
  { space: { prior }, clusterTokens, targetTokens, maxEpochs, seed, found }: BaselineSources,
): readonly number[] {
  switch (baseline) {
    case 'uniform':
      return uniform(prior.length);
    case 'proportional':
      return prior;
    case 'random':
      return spread(prior, 1, stream(seed, ['verify', 'random']));
    case 'unimax':
      return uniMax(clusterTokens, targetTokens, maxEpochs);
    case 'ngram':
    case 'regmix': {
      const mixture = found[baseline];
      if (mixture === undefined) throw new RangeError(`the baseline "${baseline}" has to be found first, got none`);
      return mixture;
    }
  }
}
