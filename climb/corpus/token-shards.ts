import type { Ref } from '../artifact.ts';

/** One cluster's documents as token ids, `bin` little-endian, and where each document starts, `idx` uint64. */
export type TokenShard = {
  readonly cluster: string;
  /** Name of a known domain. */
  readonly label?: string;
  readonly tokens: number;
  readonly documents: number;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  readonly bin: Ref;
  readonly idx: Ref;
};

/** Artifact: the domain set as the trainer reads it, clusters in the order of the domain set. */
export type TokenShards = {
  readonly schema: 1;
  readonly kind: 'tokens';
  readonly tokenizer: Ref;
  readonly vocabSize: number;
  readonly bos: number;
  readonly dtype: 'uint16' | 'uint32';
  readonly clusters: readonly TokenShard[];
  readonly tokens: number;
};

/** Share of each cluster in all tokens: the proportional mixture before quantising. */
export function tokenShares({ clusters, tokens }: Pick<TokenShards, 'clusters' | 'tokens'>): number[] {
  return clusters.map((cluster) => cluster.tokens / tokens);
}
