import { apportion } from './apportionment.ts';

/**
 * Weights over the domain set, in cluster order: never negative, sum 1, each a multiple of 1e-6.
 * A mixture is quantised before it is hashed or trained, so that equal mixtures have equal names.
 */
export type Mixture = readonly number[];

/** Parts in which a mixture counts: a weight is a whole number of parts over this. */
export const PARTS = 1_000_000;

/**
 * Renormalises weights and rounds them to multiples of 1e-6 by largest remainder, ties to the lower index.
 * Each answer is exactly the double `k / 1e6`, and the k sum to 1,000,000.
 * @throws RangeError for no weights, a negative weight, NaN, Infinity, or a sum of zero.
 */
export function quantise(weights: readonly number[]): number[] {
  const total = sumOfWeights(weights);
  const shares = weights.map((weight) => (weight / total) * PARTS);
  return fromParts(
    apportion(
      shares,
      PARTS,
      weights.map(() => 0),
      weights.map(() => PARTS),
    ),
  );
}

/** Weights from whole parts: the same double for the same part, wherever it is computed. */
export function fromParts(parts: readonly number[]): number[] {
  return parts.map((part) => part / PARTS);
}

/** A text equal for equal mixtures and only for them. */
export function mixtureKey(mixture: Mixture): string {
  return mixture.map((weight) => Math.round(weight * PARTS)).join(' ');
}

/** The same weight for each of `n` clusters, before quantising. */
export function uniform(n: number): number[] {
  return Array.from({ length: n }, () => 1 / n);
}

/** The sum of weights that are fit to be a mixture once divided by it. */
export function sumOfWeights(weights: readonly number[]): number {
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (bad < 0 && total > 0 && total < Infinity) return total;
  const got =
    weights.length === 0 ? 'no weights' : bad >= 0 ? `${String(weights[bad])} at index ${bad}` : `a sum of ${total}`;
  throw new RangeError(
    `a mixture needs finite weights >= 0 with a positive sum: got ${got}; ` +
      'they are shares of training tokens, so give at least one cluster a positive weight and none a negative one',
  );
}
