import { conditioned, type GaussianProcess } from './gaussian-process.ts';
import type { Mixture } from '../mixture/mixture.ts';

/** A part of a task's score that is a given function of the mixture, found before the Gaussian process. */
export type Trend = {
  readonly kind: 'known';
  /** The trend is this times what is known of the mixture beforehand, such as its n-gram score. */
  readonly coefficient: number;
};

/** A sum of trends and a Gaussian process of what they leave: one task's part of a predictor. Plain JSON. */
export type TrendedProcess = {
  readonly kind: 'gaussian-process';
  readonly trends: readonly Trend[];
  /** Its `scores` are the runs' scores less the trends. */
  readonly residual: GaussianProcess;
};

/** Without trends it may be the process alone, as climb 0.1.0 wrote it. */
export type TaskModel = TrendedProcess | GaussianProcess;

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
  return parts(model).trends.some(({ kind }) => kind === 'known');
}

/**
 * Makes a model ready: O(n³) in its runs.
 * @throws RangeError when asked about mixtures over another domain set, with NaN, or without `known` that it needs.
 */
export function posterior(model: TaskModel): Posterior {
  const { trends, residual } = parts(model);
  const process = conditioned(residual);
  return {
    predict(mixtures, known) {
      refuseStrangers(mixtures, residual.lengthScales.length);
      const { mean, sd } = process.predict(mixtures);
      const terms = trends.map((trend) => evaluate(trend, mixtures, known));
      return { mean: mean.map((value, i) => terms.reduce((sum, term) => sum + (term[i] as number), value)), sd };
    },
    covariance(mixtures) {
      refuseStrangers(mixtures, residual.lengthScales.length);
      return process.covariance(mixtures);
    },
    columns(mixtures) {
      refuseStrangers(mixtures, residual.lengthScales.length);
      return process.columns(mixtures);
    },
    leaveOneOut: () => process.leaveOneOut(),
    noiseSd: residual.noiseSd,
  };
}

function parts(model: TaskModel): Pick<TrendedProcess, 'trends' | 'residual'> {
  return 'residual' in model ? model : { trends: [], residual: model };
}

function evaluate({ coefficient }: Trend, mixtures: readonly Mixture[], known?: readonly number[]): number[] {
  if (known?.length === mixtures.length && known.every(Number.isFinite)) return known.map((k) => coefficient * k);
  throw new RangeError(
    `this predictor learnt the difference to scores known beforehand and needs them again, a finite one a mixture: got ` +
      `${known === undefined ? 'none' : `[${known.slice(0, 4).join(', ')}${known.length > 4 ? ', …' : ''}]`} for ${mixtures.length} mixtures; ` +
      'give the n-gram scores of the same mixtures',
  );
}

function refuseStrangers(mixtures: readonly Mixture[], dimensions: number): void {
  const bad = mixtures.findIndex((m) => m.length !== dimensions || !m.every((w) => w >= 0 && w < Infinity));
  if (bad < 0) return;
  throw new RangeError(
    `a predictor over ${dimensions} clusters needs as many finite weights >= 0 a mixture: got ` +
      `[${(mixtures[bad] as Mixture).join(', ')}] at index ${bad}; look for a mixture of another domain set`,
  );
}
