/** A document as a corpus shard holds it, one JSON object a line. */
export type ShardDocument = {
  /** Hash of the text: the same document has the same name in every corpus and every run. */
  readonly id: string;
  readonly text: string;
  /** The true domain, where the corpus names one: scores the clustering, never seen by the search. */
  readonly label?: string;
};

/** @param shard the bytes of a shard artifact, which ingest wrote: one document a line */
export function parseShard(shard: Uint8Array): ShardDocument[] {
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(shard).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ShardDocument);
}
