import { countTogether, mostLabels, type Contingency } from './contingency.ts';
import { parseShard } from './corpus-shard.ts';

/** What merging and labelling need of a shard: sums by K_init cluster, whatever the number of documents. */
export type ShardSurvey = {
  /** UTF-8 bytes of text of each cluster. */
  readonly bytes: Float64Array;
  /** The true domains, where the corpus names them; one more than `mostLabels` when there are more. */
  readonly labels: Contingency;
  /** Beginnings of the documents asked for, in their order. */
  readonly texts: readonly string[];
};

/**
 * @param clusters K_init cluster of each document of the shard
 * @param keep positions in the shard of the documents whose text is wanted
 * @param characters of a text that are wanted, at most
 */
export function surveyShard({
  shard,
  clusters,
  k,
  keep,
  characters,
}: {
  shard: Uint8Array;
  clusters: Uint16Array;
  k: number;
  keep: Uint32Array;
  characters: number;
}): ShardSurvey {
  const documents = parseShard(shard);
  const encoder = new TextEncoder();
  const bytes = new Float64Array(k);
  const labels: Contingency = new Map();
  for (const [at, { text, label }] of documents.entries()) {
    const cluster = clusters[at]!;
    bytes[cluster]! += encoder.encode(text).length;
    if (label !== undefined && (labels.size <= mostLabels || labels.has(label))) countTogether(labels, label, cluster);
  }
  return { bytes, labels, texts: Array.from(keep, (at) => documents[at]!.text.slice(0, characters)) };
}
