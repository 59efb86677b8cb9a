import type { Mixture } from '../../../climb/mixture/mixture.ts';

/** What a strategy is asked to solve: find a mixture with a low mean score over tasks, in few runs. */
export type Problem = {
  /** Natural proportions of the domains, sum 1. */
  readonly prior: readonly number[];
  /** Of the objective, sum 1. */
  readonly taskWeights: readonly number[];
  /** The only mixtures that can be run, those of a table, all distinct; null where any mixture can. */
  readonly mixtures: readonly Mixture[] | null;
  /** Scores by task of one run, lower is better. `at` counts a search's runs from 0: each has its own noise. */
  run(mixture: Mixture, at: number): readonly number[];
};

export type Settings = {
  /** Runs in all. */
  readonly budget: number;
  /** Runs at once, for the strategies that leave it open. */
  readonly batch: number;
  readonly seed: number;
};

/** What a strategy did and found. */
export type Found = {
  /** In the order run, one iteration after another. */
  readonly evaluated: readonly Mixture[];
  /** [task][run]. */
  readonly scores: readonly (readonly number[])[];
  /** What its predictor puts first, run or not; null for a strategy without one. */
  readonly predictedBest: Mixture | null;
  /** What it would train at scale. */
  readonly recommended: Mixture;
};

export type Strategy = (problem: Problem, settings: Settings) => Found;
