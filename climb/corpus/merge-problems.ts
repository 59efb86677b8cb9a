import { estimatedTokens } from './domain-figures.ts';
import { tokensNeeded, type MergeRules } from './merge.ts';

/** @param reasons of each cluster that was dropped @param k clusters before */
export function prunedAway(reasons: readonly (readonly string[])[], k: number): string {
  const counts = new Map<string, number>();
  for (const reason of reasons.flat()) {
    // `repetition 1.82 < 3` without its mean: the rule.
    const rule = reason.replace(/ \S+ < (\S+)$/, ' < $1');
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const rules = [...counts].map(([rule, clusters]) => `${rule} drops ${clusters}`).join(', ');
  return `pruning by quality leaves ${k - reasons.length} of ${k} clusters: ${rules}; a mixture needs two clusters at least; try lower thresholds in clusters.quality.prune`;
}

/** @param map and UTF-8 bytes of each K_init cluster */
export function oneClusterLeft(map: readonly (number | null)[], bytes: readonly number[], merge: MergeRules): string {
  const kept = bytes.filter((_, at) => map[at] !== null);
  if (kept.length === 1) {
    return 'the embedding finds no two documents that differ, so there is one cluster and nothing to search; try a corpus of several subjects';
  }
  const { threshold } = merge;
  const tokens = estimatedTokens(kept.reduce((sum, size) => sum + size, 0));
  const nearer = threshold === null ? '' : `clusters nearer than ${threshold} are merged, `;
  const lower = threshold === null ? '' : 'clusters.merge.threshold, ';
  return `one cluster is left of ${kept.length}: got about ${tokens} tokens of text, ${nearer}clusters under ${tokensNeeded(merge, 2)} tokens join their neighbours, and a mixture of one cluster leaves nothing to search; try a smaller ${lower}clusters.merge.minimumTokens or proxy.tokens, or a larger corpus`;
}
