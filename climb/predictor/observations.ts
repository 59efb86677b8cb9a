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
  /** Present where it comes from an earlier search or a table, and whether its mixture is the one that was trained. */
  readonly evidence?: 'exact' | 'approximate';
};

/** What a search trained itself, without the evidence that it began with. */
export function ownObservations(observations: readonly Observation[]): Observation[] {
  return observations.filter(({ evidence }) => evidence === undefined);
}

/**
 * What was trained on the very mixture that it names. Different mixtures can be told approximately as one: they are no
 * repeats of it, and how much they differ is no noise.
 */
export function exactObservations(observations: readonly Observation[]): Observation[] {
  return observations.filter(({ evidence }) => evidence !== 'approximate');
}

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
  /** What the search's iterations proposed, scored or not; absent before 0.2.0. */
  readonly tried?: readonly Mixture[];
  readonly mixtures: readonly Mixture[];
  /** Predicted objective and its standard deviation. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
};
