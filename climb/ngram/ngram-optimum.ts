import { project, type Constraints } from '../mixture/constraints.ts';
import { mixtureKey, uniform, type Mixture } from '../mixture/mixture.ts';
import { likelihoodGradient } from './log-likelihood.ts';
import { tokenCount, type NgramPrior } from './ngram-prior.ts';

/** Steps end when one gains less than so many bits per byte: a ten-thousandth of what a proxy's seed changes. */
const LEAST_GAIN = 1e-7;
/** A corpus takes some fifty. */
const MOST_STEPS = 1000;

/**
 * The mixture with the fewest bits per byte, tasks weighted, under the n-gram models: what a search would find if
 * proxies learnt nothing but which words follow which. The objective is convex; steps of expectation–maximisation
 * (Dempster, Laird and Rubin 1977; for weights of a mixture of given models Jelinek and Mercer 1980),
 *
 *   w_c ← Σ over tokens of a · w_c P_c / Σ_d w_d P_d, renormalised
 *
 * with a the task's weight a byte, lower it one after another. Under constraints the next mixture is the one that
 * maximises the step's lower bound Σ n_c ln w_c, n being the unconstrained one: weights that no bound holds keep n's
 * proportions, as they do in the nearest mixture by Kullback–Leibler, so that `project` finds it.
 *
 * @param taskWeights >= 0, at least one positive, in the order of the tasks
 * @returns within the constraints, quantised
 * @throws RangeError for weights that don't match the tasks
 */
export function ngramOptimum({
  prior,
  taskWeights,
  constraints,
}: {
  readonly prior: NgramPrior;
  readonly taskWeights: readonly number[];
  readonly constraints: Constraints;
}): Mixture {
  refuseWeights(prior, taskWeights);
  let mixture: Mixture = project(uniform(prior.clusters), constraints);
  let best = { mixture, bits: Infinity };
  for (let step = 0; step < MOST_STEPS; step++) {
    const { bits, gradient } = weightedGradient(prior, taskWeights, mixture);
    if (best.bits - bits < LEAST_GAIN) break;
    best = { mixture, bits };
    const next = project(
      mixture.map((weight, c) => weight * gradient[c]!),
      constraints,
    );
    if (mixtureKey(next) === mixtureKey(mixture)) break;
    mixture = next;
  }
  return best.mixture;
}

/**
 * The objective in bits per byte, tasks weighted, and by cluster how much a unit of its weight takes off it, divided
 * so that its mean under the mixture is 1. A mixture is optimal where no cluster exceeds 1, and none with weight falls
 * short of it.
 */
export function weightedGradient(
  { clusters, tasks }: NgramPrior,
  taskWeights: readonly number[],
  mixture: Mixture,
): { readonly bits: number; readonly gradient: number[] } {
  const total = taskWeights.reduce((sum, weight) => sum + weight, 0);
  const gradient = new Array<number>(clusters).fill(0);
  let bits = 0;
  let scale = 0;
  tasks.forEach((task, t) => {
    const share = taskWeights[t]! / total / task.bytes;
    if (share === 0) return;
    const found = likelihoodGradient(task.probabilities, mixture);
    bits -= (share * found.nats) / Math.LN2;
    scale += share * tokenCount(task, clusters);
    found.gradient.forEach((slope, c) => (gradient[c]! += share * slope));
  });
  return { bits, gradient: gradient.map((slope) => slope / scale) };
}

function refuseWeights({ tasks }: NgramPrior, weights: readonly number[]): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length === tasks.length && weights.every((w) => w >= 0) && total > 0 && total < Infinity) return;
  throw new RangeError(
    `an n-gram optimum needs a weight >= 0 for each of ${tasks.length} tasks, not all 0: got [${weights.join(', ')}]`,
  );
}
