/**
 * UniMax (Chung et al. 2023, arXiv 2304.09151, algorithm 1): the budget is given out evenly, but to no cluster more than
 * so many epochs of its tokens; what a small cluster can't take goes evenly to the larger ones.
 *
 * Where all caps together are under the budget, every cluster gets its cap, and weights are in natural proportion.
 *
 * @param tokens    of each cluster, > 0
 * @param budget    tokens of the run
 * @param maxEpochs the paper takes 1
 * @returns weights, sum 1, not quantised
 */
export function uniMax(tokens: readonly number[], budget: number, maxEpochs: number): number[] {
  const ascending = tokens.map((_, at) => at).sort((a, b) => (tokens[a] as number) - (tokens[b] as number) || a - b);
  const given = tokens.map(() => 0);
  let left = budget;
  ascending.forEach((cluster, rank) => {
    const even = left / (tokens.length - rank);
    given[cluster] = Math.min(even, maxEpochs * (tokens[cluster] as number));
    left -= given[cluster];
  });
  const total = given.reduce((sum, share) => sum + share, 0);
  return given.map((share) => share / total);
}
