import { cholesky, inverse, lowerOf, solve, solveSides } from './cholesky.ts';
import { OFFSET_VARIANCE } from './marginal-likelihood.ts';
import { kernelCoordinates, matern, SIDES, squaredDistance, squaredDistances } from './matern.ts';
import type { Mixture } from '../mixture/mixture.ts';

/**
 * A fitted Gaussian process from mixture to score, as plain JSON: the runs it knows and its hyper-parameters. The
 * rest is recomputed where it is used, in about the time it would take to read it.
 */
export type GaussianProcess = {
  readonly mixtures: readonly Mixture[];
  readonly scores: readonly number[];
  /** Scores are standardised as (score - mean) / scale before fitting. */
  readonly mean: number;
  readonly scale: number;
  /** One per cluster, in √weight: a long one says that the cluster's weight hardly matters. */
  readonly lengthScales: readonly number[];
  /** Standard deviation of the function, in score units. */
  readonly signalSd: number;
  /** Standard deviation from one run to another of the same mixture, in score units. */
  readonly noiseSd: number;
};

/** A Gaussian process conditioned on its runs, ready to answer many questions. All in score units. */
export type ProcessPosterior = {
  /** Mean and standard deviation of the function at each mixture (Rasmussen and Williams 2006, 2.25 and 2.26). */
  predict(mixtures: readonly Mixture[]): { mean: number[]; sd: number[] };
  /** The mean alone, in a third of the time. */
  means(mixtures: readonly Mixture[]): number[];
  /** Joint covariance of the function at the mixtures, row-major. */
  covariance(mixtures: readonly Mixture[]): Float64Array;
  /**
   * The same a column at a time, for many mixtures of which a few are asked about: row → its covariance with each.
   */
  columns(mixtures: readonly Mixture[]): (row: number) => Float64Array;
  /**
   * Each run's score less what the other runs predict, over the standard deviation of that difference, in the order
   * of the process's rows (Rasmussen and Williams 2006, 5.12).
   */
  leaveOneOut(): Float64Array;
  /**
   * What the runs outside each group predict for the scores inside, by run: mean, and variance with the noise; NaN for
   * a run in no group. The hyper-parameters stay as they are (the block form of 5.12: y_G − B·(K⁻¹y)_G, with
   * B = (K⁻¹)_GG⁻¹ their covariance).
   */
  leaveGroupsOut(groups: readonly (readonly number[])[]): { mean: number[]; variance: number[] };
};

/** Conditions a fitted process on its runs: one Cholesky factor, O(n³). */
export function conditioned(process: GaussianProcess): ProcessPosterior {
  const { mixtures: known, scores, mean, scale, lengthScales } = process;
  const n = known.length;
  const d = lengthScales.length;
  const signal = (process.signalSd / scale) ** 2;
  const noise = (process.noiseSd / scale) ** 2;
  const rows = kernelCoordinates(known, lengthScales);
  const covarianceOf = (a: Float64Array, i: number, b: Float64Array, j: number) =>
    OFFSET_VARIANCE + signal * matern(squaredDistance(a, i, b, j, d));

  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) gram[i * n + j] = covarianceOf(rows, i, rows, j) + (i === j ? noise : 0);
  }
  const factor = cholesky(gram, n);
  const alpha = solve(
    factor,
    Float64Array.from(scores, (score) => (score - mean) / scale),
  );

  const lower = lowerOf(factor);
  const block = new Float64Array(n * SIDES);
  const squares = new Float64Array(SIDES);
  /** The last block is whole, too. */
  const coordinatesOf = (mixtures: readonly Mixture[]) =>
    kernelCoordinates(mixtures, lengthScales, Math.ceil(mixtures.length / SIDES) * SIDES);
  /** The block becomes the covariances of as many queries with the runs, a query a side. */
  const fill = (queries: Float64Array, from: number) => {
    for (let i = 0; i < n; i++) {
      squaredDistances(queries, from, rows, i, d, squares);
      for (let side = 0; side < SIDES; side++) {
        block[i * SIDES + side] = OFFSET_VARIANCE + signal * matern(squares[side] as number);
      }
    }
  };
  /** The mean at the query of that side of a block that was filled. */
  const meanAt = (side: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (block[i * SIDES + side] as number) * (alpha[i] as number);
    return mean + scale * sum;
  };

  /** Covariances of queries with the runs, each row solved against the factor. */
  const whiten = (queries: Float64Array, count: number) => {
    const whitened = new Float64Array(count * n);
    for (let q = 0; q < count; q++) {
      const side = q % SIDES;
      if (side === 0) {
        fill(queries, q);
        solveSides(lower, n, block);
      }
      for (let i = 0; i < n; i++) whitened[q * n + i] = block[i * SIDES + side] as number;
    }
    return whitened;
  };

  return {
    predict(mixtures) {
      const queries = coordinatesOf(mixtures);
      const means: number[] = [];
      const sds: number[] = [];
      for (let from = 0; from < mixtures.length; from += SIDES) {
        const sides = Math.min(SIDES, mixtures.length - from);
        fill(queries, from);
        for (let side = 0; side < sides; side++) means.push(meanAt(side));
        solveSides(lower, n, block);
        for (let side = 0; side < sides; side++) {
          let explained = 0;
          for (let i = 0; i < n; i++) explained += (block[i * SIDES + side] as number) ** 2;
          sds.push(scale * Math.sqrt(Math.max(0, OFFSET_VARIANCE + signal - explained)));
        }
      }
      return { mean: means, sd: sds };
    },

    means(mixtures) {
      const queries = coordinatesOf(mixtures);
      return mixtures.map((_, q) => {
        if (q % SIDES === 0) fill(queries, q);
        return meanAt(q % SIDES);
      });
    },

    covariance(mixtures) {
      const m = mixtures.length;
      const queries = coordinatesOf(mixtures);
      const whitened = whiten(queries, m);
      const result = new Float64Array(m * m);
      for (let a = 0; a < m; a++) {
        for (let b = 0; b <= a; b++) {
          let value = covarianceOf(queries, a, queries, b);
          for (let i = 0; i < n; i++) value -= (whitened[a * n + i] as number) * (whitened[b * n + i] as number);
          result[a * m + b] = result[b * m + a] = scale * scale * value;
        }
      }
      return result;
    },

    columns(mixtures) {
      const m = mixtures.length;
      const queries = coordinatesOf(mixtures);
      const whitened = whiten(queries, m);
      return (row) => {
        const own = whitened.subarray(row * n, (row + 1) * n);
        const column = new Float64Array(m);
        for (let q = 0; q < m; q++) {
          let value = covarianceOf(queries, q, queries, row);
          for (let i = 0; i < n; i++) value -= (whitened[q * n + i] as number) * (own[i] as number);
          column[q] = scale * scale * value;
        }
        return column;
      };
    },

    leaveOneOut() {
      const precision = inverse(factor);
      return alpha.map((a, i) => a / Math.sqrt(precision[i * n + i] as number));
    },

    leaveGroupsOut(groups) {
      const precision = inverse(factor);
      const means = scores.map(() => NaN);
      const variances = [...means];
      for (const group of groups) {
        const size = group.length;
        const block = new Float64Array(size * size);
        group.forEach((i, a) => group.forEach((j, b) => (block[a * size + b] = precision[i * n + j] as number)));
        const covariance = inverse(cholesky(block, size));
        group.forEach((i, a) => {
          const error = group.reduce(
            (sum, j, b) => sum + (covariance[a * size + b] as number) * (alpha[j] as number),
            0,
          );
          means[i] = (scores[i] as number) - scale * error;
          variances[i] = scale * scale * (covariance[a * size + a] as number);
        });
      }
      return { mean: means, variance: variances };
    },
  };
}
