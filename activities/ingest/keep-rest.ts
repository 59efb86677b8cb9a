import type { CorpusShard } from '../../climb/corpus/corpus-artifacts.ts';
import { bytesOf, float32Of, uint32Of } from '../../climb/corpus/little-endian.ts';
import type { Deps } from '../deps.ts';
import type { StoredDocuments } from './parse-corpus.ts';

/**
 * The documents of a portion that stay: the shard as it is, or one written anew where some go.
 * @param dropped for each document, 0 where it stays
 * @param firstRow number in the corpus of the portion's first record
 * @returns undefined where none stays
 */
export async function keepRest(
  { store, ledger, derive, compute }: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>,
  { shard, rows: inPortion }: StoredDocuments,
  dropped: Uint8Array,
  firstRow: number,
  signal: AbortSignal,
): Promise<CorpusShard | undefined> {
  const drops = Uint32Array.from(positions(dropped));
  if (drops.length === shard.documents) return undefined;
  const rows = inPortion ? uint32Of(await store.read(inPortion)).map((row) => row + firstRow) : new Uint32Array();
  if (drops.length === 0) return { ...shard, ...(rows.length > 0 && { rows: await store.put(bytesOf(rows)) }) };
  const name = (column: Uint32Array) => store.refOf(bytesOf(column)).sha256;
  const inputs = { version: 1, shard, rows: name(rows), drops: name(drops) };
  const { ref } = await derive({ store, ledger }, 'ingest-rest', inputs, async () => {
    const vectors = shard.vectors ? float32Of(await store.read(shard.vectors)) : new Float32Array();
    const rest = await compute.run(
      'filterShard',
      { shard: await store.read(shard.ref), vectors, rows, drops },
      { signal },
    );
    const kept: CorpusShard = {
      ref: await store.put(rest.shard),
      documents: shard.documents - drops.length,
      bytes: shard.bytes - rest.droppedBytes,
      ...(rest.vectors.length > 0 && { vectors: await store.put(bytesOf(rest.vectors)) }),
      ...(rest.rows.length > 0 && { rows: await store.put(bytesOf(rest.rows)) }),
    };
    return { ref: await store.putJson(kept), summary: {} };
  });
  return store.readJson<CorpusShard>(ref);
}

function* positions(dropped: Uint8Array): Generator<number> {
  for (const [position, drop] of dropped.entries()) if (drop !== 0) yield position;
}
