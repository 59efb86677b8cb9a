import type { Ref } from '../../climb/artifact.ts';
import type { GramTable } from '../../climb/corpus/contamination.ts';
import type { CorpusShard } from '../../climb/corpus/corpus-artifacts.ts';
import type { DocumentColumns } from '../../climb/corpus/document-columns.ts';
import { bytesOf } from '../../climb/corpus/little-endian.ts';
import type { BlockFacts } from '../../climb/corpus/parse-block.ts';
import type { PartPlace } from '../../climb/corpus/reading-tally.ts';
import type { Portion } from './corpus-portions.ts';
import type { Deps } from '../deps.ts';

/** Documents of a portion before any is dropped for what others say, and what that is decided by. */
export type StoredDocuments = {
  readonly shard: CorpusShard;
  /** uint32, documents × 4: the first 128 bits of the SHA-256 of each text. */
  readonly hashes: Ref;
  /** uint32, bands × documents × 2 (`minhash.ts`). */
  readonly bandKeys?: Ref;
  /** uint32: number of each document's record within the portion. */
  readonly rows?: Ref;
};

/** Artifact: what a portion came to. */
type StoredPortion = {
  readonly schema: 1;
  readonly kind: 'corpus-portion';
  readonly facts: BlockFacts;
  /** Absent where there are none. */
  readonly training?: StoredDocuments;
  readonly heldOut?: StoredDocuments;
};

export type ParsedPortion = StoredPortion & {
  readonly places: readonly PartPlace[];
  readonly dimensions: number | null;
};

type Watch = {
  readonly signal: AbortSignal;
  readonly onPortion: (portion: ParsedPortion) => void;
};

/**
 * Portions become documents, each by itself and each but once: what an attempt parsed before it was killed is found
 * again by the next one.
 * @param items of tasks, of which no document may hold one
 */
export async function parsePortions(
  { store, ledger, derive, compute, faults }: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute' | 'faults'>,
  portions: AsyncIterable<Portion>,
  items: readonly Ref[],
  { signal, onPortion }: Watch,
): Promise<ParsedPortion[]> {
  let table: Promise<GramTable> | undefined;
  /** Made when the first portion needs it: an attempt that finds all of them parsed doesn't. */
  const grams = () =>
    (table ??= Promise.all(items.map((ref) => store.read(ref))).then((tasks) =>
      compute.run('buildGramTable', { tasks }, { signal }),
    ));

  const parsed = async ({ source: { name, rules }, parts, dimensions }: Portion): Promise<StoredPortion> => {
    const source = rules.domainField === 'source' ? name : null;
    const inputs = {
      version: 1,
      parts: parts.map(({ bytes, unreadable }) => ({ sha256: store.refOf(bytes).sha256, unreadable })),
      rules,
      source,
      dimensions,
      items: items.map(({ sha256 }) => sha256),
    };
    const { ref } = await derive({ store, ledger }, 'ingest-portion', inputs, async () => {
      const { facts, training, heldOut } = await compute.run(
        'parseBlock',
        {
          parts: parts.map(({ bytes, unreadable }) => ({ bytes, unreadable })),
          rules,
          source,
          grams: items.length === 0 ? null : await grams(),
          dimensions,
        },
        // Blocks are read for this alone: moving them saves a copy of the corpus.
        { signal, transfer: parts.map(({ bytes }) => bytes.buffer as ArrayBuffer) },
      );
      const kept = { training: await keep(training), heldOut: await keep(heldOut) };
      const stored: StoredPortion = {
        schema: 1,
        kind: 'corpus-portion',
        facts,
        ...(kept.training && { training: kept.training }),
        ...(kept.heldOut && { heldOut: kept.heldOut }),
      };
      return { ref: await store.putJson(stored), summary: {} };
    });
    return store.readJson<StoredPortion>(ref);
  };

  const keep = async (columns: DocumentColumns): Promise<StoredDocuments | undefined> => {
    const { documents, bytes, shard, hashes, bandKeys, vectors, rows } = columns;
    if (documents === 0) return undefined;
    return {
      shard: {
        ref: await store.put(shard),
        documents,
        bytes,
        ...(vectors.length > 0 && { vectors: await store.put(bytesOf(vectors)) }),
      },
      hashes: await store.put(bytesOf(hashes)),
      ...(bandKeys.length > 0 && { bandKeys: await store.put(bytesOf(bandKeys)) }),
      ...(rows.length > 0 && { rows: await store.put(bytesOf(rows)) }),
    };
  };

  return compute.map(portions, async (portion) => {
    signal.throwIfAborted();
    const places = portion.parts.map(({ place }) => place);
    const { dimensions } = portion;
    const result = { ...(await parsed(portion)), places, dimensions };
    await faults.point('ingest.afterShard');
    onPortion(result);
    return result;
  });
}
