import { parseShard } from './corpus-shard.ts';
import { projectLsa, type LsaModel } from './lsa.ts';
import type { SparseRows } from './sparse-rows.ts';
import { countFeatures } from './text-features.ts';

/**
 * Word counts of the documents of a shard that the model is fitted on.
 * @param keep their positions in the shard
 */
export function countShardFeatures({ shard, keep }: { shard: Uint8Array; keep: Uint32Array }): SparseRows {
  const documents = parseShard(shard);
  return countFeatures(Array.from(keep, (at) => documents[at]!.text));
}

/** The vectors of all documents of a shard: row-major, documents × dimensions. */
export function embedShard({ shard, model }: { shard: Uint8Array; model: LsaModel }): Float32Array {
  return projectLsa(countFeatures(parseShard(shard).map(({ text }) => text)), model);
}
