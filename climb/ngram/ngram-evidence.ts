import type { Constraints } from '../mixture/constraints.ts';
import { uniform, type Mixture } from '../mixture/mixture.ts';
import type { Observation } from '../predictor/observations.ts';
import { objective } from '../verification/objective.ts';
import { spearman } from '../spearman.ts';
import { ngramOptimum } from './ngram-optimum.ts';
import type { NgramPrior } from './ngram-prior.ts';
import { exactNgramScores } from './ngram-scores.ts';

/** How far n-gram models alone would have come, and how far the proxies agree with them. Plain JSON. */
export type NgramEvidence = {
  /** The mixture with the fewest bits per byte under the n-gram models, in the order of the clusters. */
  readonly optimum: Mixture;
  /** Bits per byte under the n-gram models, tasks weighted. */
  readonly predicted: {
    readonly optimum: number;
    readonly recipe: number;
    readonly uniform: number;
    readonly proportional: number;
  };
  /** Rank correlation with what the search's proxies measured, of the objective and of each task; null: too few. */
  readonly agreement: { readonly objective: number | null; readonly tasks: readonly (number | null)[] };
};

/**
 * @param taskWeights how the searched tasks count, sum 1
 * @param natural     the corpus in its own proportions
 */
export function ngramEvidence({
  prior,
  taskWeights,
  constraints,
  natural,
  recipe,
  observations,
}: {
  readonly prior: NgramPrior;
  readonly taskWeights: readonly number[];
  readonly constraints: Constraints;
  readonly natural: readonly number[];
  readonly recipe: Mixture;
  readonly observations: readonly Pick<Observation, 'weights' | 'losses'>[];
}): NgramEvidence {
  const optimum = ngramOptimum({ prior, taskWeights, constraints });
  const named = [optimum, recipe, uniform(prior.clusters), natural];
  const scores = exactNgramScores(prior, [...named, ...observations.map(({ weights }) => weights)]);
  const combined = [...named, ...observations].map((_, i) =>
    objective(
      scores.map((task) => task[i] as number),
      taskWeights,
    ),
  );
  const measured = observations.map(({ losses }) => objective(losses, taskWeights));
  return {
    optimum,
    predicted: {
      optimum: combined[0] as number,
      recipe: combined[1] as number,
      uniform: combined[2] as number,
      proportional: combined[3] as number,
    },
    agreement: {
      objective: spearman(combined.slice(named.length), measured),
      tasks: scores.map((task, t) =>
        spearman(
          task.slice(named.length),
          observations.map(({ losses }) => losses[t] as number),
        ),
      ),
    },
  };
}
