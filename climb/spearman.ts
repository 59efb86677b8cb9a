/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing the mean of theirs.
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
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + to - values.length) / 2;
  }
  return ranks;
}
