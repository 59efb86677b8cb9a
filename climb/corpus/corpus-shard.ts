/** A document as a corpus shard holds it, one JSON object a line. */
export type ShardDocument = {
  /** Hash of the text, or what a field says: the same document has the same name in every corpus and every run. */
  readonly id: string;
  readonly text: string;
  /** The true domain, where the corpus names one: scores the clustering, never seen by the search. */
  readonly label?: string;
  /** The known domain, where `clusters.field` asks for it: the cluster of the document. */
  readonly domain?: string;
  /** By axis, where `clusters.quality.fields` names fields. */
  readonly scores?: Readonly<Record<string, number>>;
};

/** @param shard the bytes of a shard artifact, which ingest wrote: one document a line */
export function parseShard(shard: Uint8Array): ShardDocument[] {
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(shard).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ShardDocument);
}
