import { parseShard } from './corpus-shard.ts';

/** The beginning of a document is enough to say what it is about, and bounds what a long one costs. */
const sampleLength = 4_000;

export type ShardSurvey = {
  /** UTF-8 bytes of each document's text. */
  readonly bytes: Uint32Array;
  /** The true domain of each document; null where the corpus doesn't name it. */
  readonly labels: readonly (string | null)[];
  /** Beginnings of the documents asked for, in their order. */
  readonly texts: readonly string[];
};

/**
 * What merging and labelling need of a shard.
 * @param keep positions in the shard of the documents whose text is wanted
 */
export function surveyShard({ shard, keep }: { shard: Uint8Array; keep: Uint32Array }): ShardSurvey {
  const documents = parseShard(shard);
  const encoder = new TextEncoder();
  return {
    bytes: Uint32Array.from(documents, ({ text }) => encoder.encode(text).length),
    labels: documents.map(({ label }) => label ?? null),
    texts: Array.from(keep, (at) => documents[at]!.text.slice(0, sampleLength)),
  };
}
