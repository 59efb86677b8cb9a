/**
 * Largest remainder (Hamilton's method) within bounds: whole numbers that sum to `total`, each as near to its
 * share as the bounds let it. What is left after rounding down goes one at a time to the largest remainders,
 * ties to the lower index.
 *
 * @param shares real numbers whose sum is `total` up to rounding errors
 * @param lower  whole numbers, sum at most `total`
 * @param upper  whole numbers, sum at least `total`
 */
export function apportion(
  shares: readonly number[],
  total: number,
  lower: readonly number[],
  upper: readonly number[],
): number[] {
  const counts = shares.map((share, i) => Math.min(Math.max(Math.floor(share), at(lower, i)), at(upper, i)));
  const remainder = (i: number) => at(shares, i) - at(counts, i);
  let left = total - counts.reduce((sum, count) => sum + count, 0);
  while (left !== 0) {
    const step = Math.sign(left);
    const movable = shares
      .map((_, i) => i)
      .filter((i) => (step > 0 ? at(counts, i) < at(upper, i) : at(counts, i) > at(lower, i)))
      .sort((a, b) => step * (remainder(b) - remainder(a)) || a - b)
      .slice(0, Math.abs(left));
    if (movable.length === 0) {
      throw new RangeError(`no whole numbers within the bounds sum to ${total}: ${left} left over; widen the bounds`);
    }
    for (const i of movable) counts[i] = at(counts, i) + step;
    left -= step * movable.length;
  }
  return counts;
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? 0;
}
