/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing the mean of theirs. 0 where a side is constant,
 * which ranks nothing.
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [centredRanks(a), centredRanks(b)];
  const product = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
  const lengths = Math.sqrt(product(x, x) * product(y, y));
  return lengths > 0 ? product(x, y) / lengths : 0;
}

/** Ranks less their mean. */
function centredRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    const value = values[order[from] as number];
    while (to < order.length && values[order[to] as number] === value) to++;
    for (let at = from; at < to; at++) ranks[order[at] as number] = (from + to - values.length) / 2;
  }
  return ranks;
}
