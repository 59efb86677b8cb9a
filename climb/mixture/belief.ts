import type { NgramPrior } from '../ngram/ngram-prior.ts';
import { ngramScores } from '../ngram/ngram-scores.ts';
import { expectsKnown, predict, type Known, type Predictor } from '../predictor/predictor.ts';
import { type Mixture, sumOfWeights } from './mixture.ts';

/** What ranks mixtures: the predictor, and what it needs besides. */
export type Belief = {
  readonly predictor: Predictor;
  /** Needed by a predictor that learnt what the n-gram models leave. */
  readonly ngram?: NgramPrior | undefined;
  /** Score that a nat of divergence from the natural proportions costs, default 0. */
  readonly divergence?: { readonly prior: readonly number[]; readonly price: number } | undefined;
};

/** Bits per byte of the n-gram models, where the predictor asks for them. */
export function knownOf({ predictor, ngram }: Belief, mixtures: readonly Mixture[]): Known | undefined {
  return ngram !== undefined && expectsKnown(predictor) ? ngramScores(ngram, mixtures) : undefined;
}

/** Mean and standard deviation of what a proposal is ranked by, in score units, lower is better. */
export function believed(belief: Belief, mixtures: readonly Mixture[]): { mean: number[]; sd: number[] } {
  const { mean, sd } = predict(belief.predictor, mixtures, knownOf(belief, mixtures));
  const { divergence } = belief;
  if (divergence === undefined || divergence.price === 0) return { mean, sd };
  return {
    mean: mean.map((value, i) => value + divergence.price * klDivergence(mixtures[i] as Mixture, divergence.prior)),
    sd,
  };
}

/** A cluster that the corpus hardly has counts as this share: a little of it must not cost infinitely much. */
const LEAST_SHARE = 1e-6;

/** KL(mixture ‖ prior) = Σ w·ln(w / p), in nats: 0 for the natural proportions themselves. */
export function klDivergence(mixture: Mixture, prior: readonly number[]): number {
  const total = sumOfWeights(prior);
  return mixture.reduce((sum, weight, i) => {
    const share = Math.max((prior[i] as number) / total, LEAST_SHARE);
    return weight > 0 ? sum + weight * Math.log(weight / share) : sum;
  }, 0);
}
