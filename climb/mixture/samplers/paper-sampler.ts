import { dirichlet } from '../dirichlet.ts';
import { type Mixture, mixtureKey, quantise, sumOfWeights } from '../mixture.ts';
import type { Stream } from '../../random.ts';

/** Draws for each mixture wanted before giving up: a prior on one cluster has one mixture only. */
const PATIENCE = 100;

/**
 * CLIMB's mixtures (Diao et al. 2025, arXiv 2504.13161): Dirichlet draws around the token counts of the clusters. No
 * concentration is given there; counts themselves as shapes would draw the prior over and over, so the shapes are the
 * clusters' shares of tokens, as in NVIDIA's recipe where it draws candidates to predict
 * (`np.random.dirichlet(prior_dist * 1, 100000)` in 8_predict.py and in RegMix's notebook).
 *
 * @param prior natural proportions, such as the clusters' tokens; need not sum to 1
 * @returns distinct mixtures; fewer than `count` only where so many draws coincide
 * @throws RangeError for a prior that is no mixture.
 */
export function paperMixtures(prior: readonly number[], count: number, draws: Stream): Mixture[] {
  const total = sumOfWeights(prior);
  const shapes = prior.map((weight) => weight / total);
  const distinct = new Map<string, Mixture>();
  for (let i = 0; distinct.size < count && i < count * PATIENCE; i++) {
    const mixture = quantise(dirichlet(shapes, draws));
    distinct.set(mixtureKey(mixture), mixture);
  }
  return [...distinct.values()];
}
