/**
 * Spearman's rank correlation: Pearson's of the ranks, ties at the mean of their ranks.
 * @returns null for fewer than three pairs, which two coin flips could have ranked, and where one side is constant
 */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length) {
    throw new RangeError(`a rank correlation needs pairs: got ${a.length} and ${b.length} values`);
  }
  if (a.length < 3) return null;
  const [left, right] = [centredRanks(a), centredRanks(b)];
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  const scale = Math.sqrt(dot(left, left) * dot(right, right));
  return scale === 0 ? null : dot(left, right) / scale;
}

/** Ranks less their mean. */
function centredRanks(values: readonly number[]): number[] {
  const below = (value: number) => values.filter((other) => other < value).length;
  const equal = (value: number) => values.filter((other) => other === value).length;
  return values.map((value) => below(value) + (equal(value) - values.length) / 2);
}
