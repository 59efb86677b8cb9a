import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { CorpusShard, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import type { ShardDocument } from '../../climb/corpus/corpus-shard.ts';

/** A manifest of given documents, shard by shard, as if a corpus had been read. */
export async function storedManifest(
  store: ArtifactStore,
  given: readonly (readonly Omit<ShardDocument, 'id'>[])[],
): Promise<Ref> {
  const shards: CorpusShard[] = [];
  for (const [shard, documents] of given.entries()) {
    const lines = documents.map((document, at) => `${JSON.stringify({ id: `${shard}-${at}`, ...document })}\n`);
    shards.push({
      ref: await store.put(lines.join('')),
      documents: documents.length,
      bytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    });
  }
  const documents = shards.reduce((sum, shard) => sum + shard.documents, 0);
  const manifest: Manifest = {
    schema: 2,
    kind: 'manifest',
    files: [],
    shards,
    records: documents,
    documents,
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    split: 0,
    duplicates: 0,
    nearDuplicates: 0,
    contaminatedCount: 0,
    contaminated: [],
    bad: [],
    badCount: 0,
  };
  return store.putJson(manifest);
}
