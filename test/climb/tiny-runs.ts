/** Five runs over three clusters, small enough for another program to answer the same questions. */
export const tinyRuns = {
  mixtures: [
    [0.5, 0.3, 0.2],
    [0.1, 0.1, 0.8],
    [0.7, 0.3, 0],
    [0, 0.4, 0.6],
    [0.25, 0.25, 0.5],
  ],
  scores: [2.9, 3.1, 2.85, 3.05, 2.98],
};

/** (score - mean) / population standard deviation. */
export function standardised(scores: readonly number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const sd = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
  return scores.map((score) => (score - mean) / sd);
}
