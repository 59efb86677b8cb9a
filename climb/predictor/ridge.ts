import { cholesky, solve } from './cholesky.ts';
import type { Mixture } from '../mixture/mixture.ts';

/** A linear law: intercept + Σ slopes·feature, the features being the weights or their roots. Plain JSON. */
export type RidgeLaw = {
  readonly of: 'weight' | 'root';
  readonly intercept: number;
  readonly slopes: readonly number[];
};

/** Penalties that are tried, as multiples of the features' mean square about their means times the rows. */
const PENALTIES = [1e-4, 1e-3, 1e-2, 0.1, 1, 10] as const;

/**
 * Ridge regression of scores on weights or on their roots; which, and the penalty, by generalised cross-validation:
 * the least n·|y − ŷ|²/(n − ν)², ν the effective number of parameters (Golub, Heath and Wahba 1979, 1.4).
 * Ties: weights, the smaller penalty. Features that don't vary give a slope of 0.
 */
export function fitRidgeLaw(mixtures: readonly Mixture[], scores: readonly number[]): RidgeLaw {
  const tried = (['weight', 'root'] as const).flatMap((of) => {
    const rows = mixtures.map((mixture) => features(of, mixture));
    const spread = centred(rows).rows.reduce((sum, row) => sum + row.reduce((s, x) => s + x * x, 0), 0);
    const unit = spread / (rows[0]?.length ?? 1) || 1;
    return PENALTIES.map((penalty) => ({ of, ...ridge(rows, scores, penalty * unit) }));
  });
  const { of, intercept, slopes } = tried.reduce((best, law) => (law.gcv < best.gcv ? law : best));
  return { of, intercept, slopes };
}

export function ridgeLawAt({ of, intercept, slopes }: RidgeLaw, mixture: Mixture): number {
  return features(of, mixture).reduce((sum, x, j) => sum + x * (slopes[j] as number), intercept);
}

/**
 * Least squares with the penalty λ·|slopes|² and a free intercept, by the normal equations (Hoerl and Kennard 1970).
 * @param penalty λ > 0
 */
export function ridge(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  penalty: number,
): { intercept: number; slopes: number[]; gcv: number } {
  const { rows: x, means } = centred(rows);
  const n = rows.length;
  const d = means.length;
  const mean = targets.reduce((sum, target) => sum + target, 0) / n;
  const gram = new Float64Array(d * d);
  const moment = new Float64Array(d);
  x.forEach((row, i) => {
    row.forEach((a, j) => {
      moment[j] = (moment[j] as number) + a * ((targets[i] as number) - mean);
      row.forEach((b, k) => (gram[j * d + k] = (gram[j * d + k] as number) + a * b));
    });
  });
  const penalised = Float64Array.from(gram, (value, at) => value + (at % (d + 1) === 0 ? penalty : 0));
  const factor = cholesky(penalised, d);
  const slopes = [...solve(factor, moment)];
  // ν = 1 + tr((G + λ)⁻¹ G): one for the intercept.
  let parameters = 1;
  for (let j = 0; j < d; j++) parameters += solve(factor, gram.slice(j * d, (j + 1) * d))[j] as number;
  const error = x.reduce((sum, row, i) => {
    const fitted = row.reduce((s, a, j) => s + a * (slopes[j] as number), mean);
    return sum + ((targets[i] as number) - fitted) ** 2;
  }, 0);
  const left = n - parameters;
  return {
    intercept: means.reduce((sum, m, j) => sum - m * (slopes[j] as number), mean),
    slopes,
    gcv: left > 0 ? (n * error) / (left * left) : Infinity,
  };
}

function features(of: RidgeLaw['of'], mixture: Mixture): readonly number[] {
  return of === 'weight' ? mixture : mixture.map(Math.sqrt);
}

function centred(rows: readonly (readonly number[])[]): { rows: number[][]; means: number[] } {
  const means = (rows[0] ?? []).map((_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / rows.length);
  return { rows: rows.map((row) => row.map((x, j) => x - (means[j] as number))), means };
}
