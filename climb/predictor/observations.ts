import type { Mixture } from '../mixture/mixture.ts';
import type { Predictor } from './predictor.ts';

/** One trained and evaluated proxy of the search: what the predictor learns from. */
export type Observation = {
  readonly id: string;
  readonly weights: Mixture;
  /** By task, lower is better. */
  readonly losses: readonly number[];
  /** SHA-256 of the score artifact: the evidence. */
  readonly score: string;
};

/** Artifact: everything observed up to an iteration and the predictor fitted to it. */
export type PredictorArtifact = {
  readonly schema: 1;
  readonly kind: 'predictor';
  /** In the order of their proxies, whoever finished first. */
  readonly observations: readonly Observation[];
  readonly predictor: Predictor;
};

/** Artifact: mixtures worth training next, best first, and what they were ranked by. */
export type CandidatesArtifact = {
  readonly schema: 1;
  readonly kind: 'candidates';
  readonly predictor: Predictor;
  readonly evaluated: readonly Mixture[];
  readonly mixtures: readonly Mixture[];
  /** Predicted objective and its standard deviation. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
};
