import type { NgramPrior } from '../ngram/ngram-prior.ts';
import { ngramScores } from '../ngram/ngram-scores.ts';
import { combineMeans, combineSds, expectsKnown, predictTasks, type Predictor } from '../predictor/predictor.ts';
import { guardedMeans, type Guards } from './guarded.ts';
import { type Mixture, sumOfWeights } from './mixture.ts';

/** What ranks mixtures: the predictor, and what it needs besides. */
export type Belief = {
  readonly predictor: Predictor;
  /** Needed by a predictor that learnt what the n-gram models leave. */
  readonly ngram?: NgramPrior | undefined;
  /** Score that a nat of divergence from the natural proportions costs, default 0. */
  readonly divergence?: { readonly prior: readonly number[]; readonly price: number } | undefined;
  /** What no mixture may cost: one that is likely to is worth hardly more than the corpus as it is. */
  readonly guards?: Guards | undefined;
};

/** What is believed of each mixture, in score units, lower is better. */
export type Beliefs = {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** [task][mixture]: the standard deviations that `sd` combines. */
  readonly taskSds: readonly (readonly number[])[];
};

/** Mean and standard deviation of what a proposal is ranked by. */
export function believed(belief: Belief, mixtures: readonly Mixture[]): Beliefs {
  const { predictor, divergence, guards } = belief;
  const tasks = byTask(belief, mixtures);
  const taskSds = tasks.map(({ sd }) => sd);
  const combined = (of: typeof tasks) =>
    combineMeans(
      predictor,
      of.map(({ mean }) => mean),
    );
  const natural = guards && byTask(belief, [guards.natural]);
  const means = natural
    ? guardedMeans(guards.limits, tasks, natural, combined(tasks), combined(natural)[0] as number)
    : combined(tasks);
  const paid = ({ prior, price }: NonNullable<Belief['divergence']>) =>
    means.map((mean, i) => mean + price * klDivergence(mixtures[i] as Mixture, prior));
  return { mean: divergence ? paid(divergence) : means, sd: combineSds(predictor, taskSds), taskSds };
}

function byTask({ predictor, ngram }: Belief, mixtures: readonly Mixture[]) {
  const known = ngram !== undefined && expectsKnown(predictor) ? ngramScores(ngram, mixtures) : undefined;
  return predictTasks(predictor, mixtures, known);
}

/** The beliefs of one list, then of another. */
export function joined(one: Beliefs, other: Beliefs): Beliefs {
  return {
    mean: [...one.mean, ...other.mean],
    sd: [...one.sd, ...other.sd],
    taskSds: one.taskSds.map((sds, t) => [...sds, ...(other.taskSds[t] as readonly number[])]),
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
