import { conditioned, type GaussianProcess } from './gaussian-process.ts';
import { evaluateLaw, type Law } from './laws.ts';
import type { Mixture } from '../mixture/mixture.ts';

/**
 * One task's part of a predictor: β·known + Σ share·law, and how far off that may be. Plain JSON.
 * What is known of a mixture beforehand is such as its n-gram score.
 */
export type BlendedModel = {
  readonly kind: Law['kind'] | 'blend';
  /** β; 0 where nothing is known or it is no help. */
  readonly known: number;
  /** Shares sum to 1. */
  readonly laws: readonly { readonly share: number; readonly law: Law }[];
  /**
   * A process of the errors made of runs left out: its covariance is that of the sum above, its mean is not added.
   * Null where the one law is a process and knows its own covariance.
   */
  readonly errors: GaussianProcess | null;
};

/** It may be a Gaussian process alone, as climb 0.1.0 wrote it. */
export type TaskModel = BlendedModel | GaussianProcess;

/** A task's model ready to answer many questions. All in score units. */
export type Posterior = {
  /**
   * Mean and standard deviation of the function at each mixture.
   * @param known what is known of each mixture beforehand; needed by a model that `needsKnown`
   */
  predict(mixtures: readonly Mixture[], known?: readonly number[]): { mean: number[]; sd: number[] };
  /** Joint covariance of the function at the mixtures, row-major: symmetric, positive semi-definite to rounding. */
  covariance(mixtures: readonly Mixture[]): Float64Array;
  /** The same a column at a time, for many mixtures of which a few are asked about: row → its covariance with each. */
  columns(mixtures: readonly Mixture[]): (row: number) => Float64Array;
  /** Each run's error when predicted by the others, over that error's standard deviation, in the order of the rows. */
  leaveOneOut(): Float64Array;
  /** Standard deviation from one run to another of the same mixture. */
  readonly noiseSd: number;
};

/** Whether it can't predict a mixture without what is known of it beforehand. */
export function needsKnown(model: TaskModel): boolean {
  return 'laws' in model && model.known !== 0;
}

/**
 * Makes a model ready: O(n³) in its runs.
 * @throws RangeError when asked about mixtures over another domain set, with NaN, or without `known` that it needs.
 */
export function posterior(model: TaskModel): Posterior {
  const { known: coefficient, laws, errors } = blended(model);
  const process = conditioned(errors);
  const clusters = errors.lengthScales.length;
  return {
    predict(mixtures, known) {
      refuseStrangers(mixtures, clusters);
      const { mean: own, sd } = process.predict(mixtures);
      const terms = laws.map(({ share, law }) => ({
        share,
        values: law === errors ? own : evaluateLaw(law, mixtures),
      }));
      const offset = coefficient === 0 ? undefined : checkedKnown(mixtures, known);
      const mean = mixtures.map((_, i) =>
        terms.reduce((sum, { share, values }) => sum + share * (values[i] as number), coefficient * (offset?.[i] ?? 0)),
      );
      return { mean, sd };
    },
    covariance(mixtures) {
      refuseStrangers(mixtures, clusters);
      return process.covariance(mixtures);
    },
    columns(mixtures) {
      refuseStrangers(mixtures, clusters);
      return process.columns(mixtures);
    },
    leaveOneOut: () => process.leaveOneOut(),
    noiseSd: errors.noiseSd,
  };
}

function blended(model: TaskModel): BlendedModel & { readonly errors: GaussianProcess } {
  if (!('laws' in model)) return blended(processAlone({ kind: 'gaussian-process', ...model }, 0));
  if (model.errors !== null) return { ...model, errors: model.errors };
  const law = model.laws[0]?.law;
  if (law?.kind !== 'gaussian-process') throw new TypeError(`a model of ${model.kind} needs a process of its errors`);
  return { ...model, errors: law };
}

/** A Gaussian process as the only law. */
export function processAlone(law: Law & { readonly kind: 'gaussian-process' }, known: number): BlendedModel {
  return { kind: law.kind, known, laws: [{ share: 1, law }], errors: null };
}

function checkedKnown(mixtures: readonly Mixture[], known?: readonly number[]): readonly number[] {
  if (known?.length === mixtures.length && known.every(Number.isFinite)) return known;
  throw new RangeError(
    `this predictor learnt the difference to scores known beforehand and needs them again, a finite one a mixture: got ` +
      `${known === undefined ? 'none' : `[${known.slice(0, 4).join(', ')}${known.length > 4 ? ', …' : ''}]`} for ${mixtures.length} mixtures; ` +
      'give the n-gram scores of the same mixtures',
  );
}

function refuseStrangers(mixtures: readonly Mixture[], clusters: number): void {
  const bad = mixtures.findIndex((m) => m.length !== clusters || !m.every((w) => w >= 0 && w < Infinity));
  if (bad < 0) return;
  throw new RangeError(
    `a predictor over ${clusters} clusters needs as many finite weights >= 0 a mixture: got ` +
      `[${(mixtures[bad] as Mixture).join(', ')}] at index ${bad}; look for a mixture of another domain set`,
  );
}
