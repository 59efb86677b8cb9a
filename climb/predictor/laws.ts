import { fitGaussianProcess } from './gaussian-process-fit.ts';
import { conditioned, type GaussianProcess } from './gaussian-process.ts';
import { fitLogLinearLaw, type LogLinearLaw, logLinearLawAt } from './log-linear.ts';
import type { Mixture } from '../mixture/mixture.ts';
import type { NoisePrior } from './noise-prior.ts';
import { fitRidgeLaw, type RidgeLaw, ridgeLawAt } from './ridge.ts';
import {
  type BoostedTrees,
  type BoostedTreesOptions,
  fitBoostedTrees,
  predictBoostedTrees,
} from './trees/boosted-trees.ts';

/** A fitted function from mixture to score. Plain JSON. */
export type Law =
  | ({ readonly kind: 'gaussian-process' } & GaussianProcess)
  | ({ readonly kind: 'boosted-trees' } & BoostedTrees)
  | ({ readonly kind: 'log-linear' } & LogLinearLaw)
  | ({ readonly kind: 'ridge' } & RidgeLaw);

export type LawKind = Law['kind'];

/**
 * For tens of runs: depth and rows a leaf as CLIMB has them (arXiv 2504.13161), a bin for each weight, and
 * neither penalties nor a holdout, which with so few rows cost more than they save.
 */
const TREES: BoostedTreesOptions = { maxDepth: 4, minDataInLeaf: 5, minDataInBin: 1, learningRate: 0.1, rounds: 100 };

export function fitLaw(kind: LawKind, mixtures: readonly Mixture[], scores: readonly number[], noise: NoisePrior): Law {
  switch (kind) {
    case 'gaussian-process':
      return { kind, ...fitGaussianProcess({ mixtures, scores }, { noise }) };
    case 'boosted-trees':
      return { kind, ...fitBoostedTrees(mixtures, scores, TREES) };
    case 'log-linear':
      return { kind, ...fitLogLinearLaw(mixtures, scores, Math.exp(noise.mean)) };
    case 'ridge':
      return { kind, ...fitRidgeLaw(mixtures, scores) };
  }
}

/** The law's score of each mixture. */
export function evaluateLaw(law: Law, mixtures: readonly Mixture[]): number[] {
  switch (law.kind) {
    case 'gaussian-process':
      return conditioned(law).means(mixtures);
    case 'boosted-trees':
      return predictBoostedTrees(law, mixtures);
    case 'log-linear':
      return mixtures.map((mixture) => logLinearLawAt(law, mixture));
    case 'ridge':
      return mixtures.map((mixture) => ridgeLawAt(law, mixture));
  }
}

/** What each run's score is predicted to be by a law fitted to the runs outside its group. */
export function predictOutOfFold(
  kind: LawKind,
  mixtures: readonly Mixture[],
  scores: readonly number[],
  noise: NoisePrior,
  groups: readonly (readonly number[])[],
): number[] {
  const predicted = [...scores];
  for (const group of groups) {
    const rest = scores.map((_, i) => i).filter((i) => !group.includes(i));
    const pick = <T>(values: readonly T[], rows: readonly number[]) => rows.map((i) => values[i] as T);
    const law = fitLaw(kind, pick(mixtures, rest), pick(scores, rest), noise);
    evaluateLaw(law, pick(mixtures, group)).forEach((value, at) => (predicted[group[at] as number] = value));
  }
  return predicted;
}
