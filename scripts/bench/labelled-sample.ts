import type { ArtifactStore } from '../../adapters/artifact-store.ts';
import type { Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { parseShard, type ShardDocument } from '../../climb/corpus/corpus-shard.ts';
import { sampleIndices } from '../../climb/corpus/sample-indices.ts';
import { stream } from '../../climb/random.ts';

export async function* documentsOf(store: ArtifactStore, { shards }: Manifest): AsyncGenerator<ShardDocument> {
  for (const { ref } of shards) yield* parseShard(await store.read(ref));
}

/** The true domain of each document; null for one that has none. */
export async function labelsOf(store: ArtifactStore, manifest: Manifest): Promise<(string | null)[]> {
  const labels: (string | null)[] = [];
  for await (const { label = null } of documentsOf(store, manifest)) labels.push(label);
  return labels;
}

/** Evenly drawn documents of each label as JSON lines, `each` at most; those without a label are left out. */
export async function balancedSample(store: ArtifactStore, manifest: Manifest, each: number): Promise<string> {
  const sizes = new Map<string, number>();
  for (const label of await labelsOf(store, manifest)) {
    if (label !== null) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  const chosen = new Map(
    [...sizes].map(([label, size]) => [label, new Set(sampleIndices(size, each, stream(1, ['bench', label])))]),
  );
  const seen = new Map<string, number>();
  let lines = '';
  for await (const { text, label } of documentsOf(store, manifest)) {
    if (label === undefined) continue;
    const at = seen.get(label) ?? 0;
    seen.set(label, at + 1);
    if (chosen.get(label)?.has(at)) lines += `${JSON.stringify({ text, label })}\n`;
  }
  return lines;
}
