import type { Mixture } from '../../../climb/mixture/mixture.ts';

/** Half the sum of absolute differences: the share of the data, 0 to 1, that two mixtures don't have in common. */
export function totalVariation(a: Mixture, b: Mixture): number {
  if (a.length !== b.length) {
    throw new RangeError(`mixtures over ${a.length} and ${b.length} clusters can't be compared: use one domain set`);
  }
  return a.reduce((sum, weight, i) => sum + Math.abs(weight - (b[i] ?? 0)), 0) / 2;
}
