/** A stretch of a cluster's tokens. */
export type TokenBlock = { readonly from: number; readonly tokens: number };

/**
 * Tokens of a cluster that its model is counted from at most: as many as a small proxy reads of a whole corpus.
 * Counting them takes 100 MB a thread, however large the cluster.
 */
const MOST_TOKENS = 1 << 23;
/** Blocks that stand for a larger cluster: the few n-grams across their ends don't count. */
const BLOCKS = 64;

/** All of a cluster's tokens, or blocks of them at even distances, which is a function of their number alone. */
export function sampledBlocks(tokens: number, most: number = MOST_TOKENS, blocks: number = BLOCKS): TokenBlock[] {
  if (tokens <= most) return [{ from: 0, tokens }];
  const length = Math.floor(most / blocks);
  return Array.from({ length: blocks }, (_, at) => ({ from: Math.floor((at * tokens) / blocks), tokens: length }));
}
