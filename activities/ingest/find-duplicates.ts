import { DocumentGroups } from '../../climb/corpus/document-groups.ts';
import { FirstHolders } from '../../climb/corpus/first-holders.ts';
import { uint32Of } from '../../climb/corpus/little-endian.ts';
import { bands } from '../../climb/corpus/minhash.ts';
import type { Deps } from '../deps.ts';
import type { StoredDocuments } from './parse-corpus.ts';

/** Documents whose keys are held in memory at once, about 170 MB: more are gone through several times. */
const passDocuments = 5_000_000;

export type Duplicates = {
  /** A document: 0 where it stays. */
  readonly drops: Uint8Array;
  /** Documents of which an earlier one has the very same text. */
  readonly same: number;
  /** Documents of which an earlier one has nearly the same text. */
  readonly near: number;
};

const sameText = 1;
const nearText = 2;

type Watch = { readonly signal: AbortSignal; readonly beat: (details: unknown) => void };
type Meet = (first: number, document: number) => void;

/**
 * Documents that say what an earlier one says: those of the very same text and, where the keys for it were made, those
 * that agree in a band of their MinHash, directly or through others. The first of each group stays.
 * @param all in the order of the manifest, documents kept out last: what is trained on isn't tested with
 * @param most documents a pass
 */
export async function findDuplicates(
  store: Deps['store'],
  all: readonly StoredDocuments[],
  { signal, beat }: Watch,
  most: number = passDocuments,
): Promise<Duplicates> {
  const total = all.reduce((sum, { shard }) => sum + shard.documents, 0);
  const passes = Math.max(1, Math.ceil(total / most));
  const drops = new Uint8Array(total);
  const count = (reason: number) => drops.reduce((sum, drop) => sum + Number(drop === reason), 0);
  // Hashes fill passes evenly; a tenth is more than they ever differ by.
  const holdersOf = (words: number) => new FirstHolders(1.1 * Math.ceil(total / passes) + 1000, words);

  const meetAll = async (
    holders: FirstHolders,
    keysOf: (documents: StoredDocuments) => Promise<Uint32Array>,
    meet: Meet,
  ) => {
    for (let pass = 0; pass < passes; pass++) {
      holders.clear();
      let first = 0;
      for (const documents of all) {
        signal.throwIfAborted();
        const keys = await keysOf(documents);
        for (let at = 0, document = first; at < keys.length; at += holders.words, document++) {
          if ((keys[at] as number) % passes !== pass || drops[document] !== 0) continue;
          const holder = holders.add(keys, at, document);
          if (holder !== document) meet(holder, document);
        }
        first += documents.shard.documents;
      }
    }
  };

  beat({ comparing: 'texts', documents: total });
  await meetAll(
    holdersOf(4),
    async ({ hashes }) => uint32Of(await store.read(hashes)),
    (_, document) => (drops[document] = sameText),
  );
  if (all.some(({ bandKeys }) => bandKeys !== undefined)) {
    const groups = new DocumentGroups(total);
    const holders = holdersOf(2);
    for (const { bandKeys } of all) if (bandKeys !== undefined) await store.verify(bandKeys);
    for (let band = 0; band < bands; band++) {
      beat({ comparing: 'near texts', band, of: bands });
      await meetAll(
        holders,
        (documents) => bandOf(store, documents, band),
        (holder, document) => groups.link(holder, document),
      );
    }
    for (let document = 0; document < total; document++) {
      if (drops[document] === 0 && groups.first(document) !== document) drops[document] = nearText;
    }
  }
  return { drops, same: count(sameText), near: count(nearText) };
}

async function bandOf(
  store: Deps['store'],
  { shard: { documents }, bandKeys }: StoredDocuments,
  band: number,
): Promise<Uint32Array> {
  if (bandKeys === undefined) return new Uint32Array();
  const bytes = 8 * documents;
  return uint32Of(await store.readSlice(bandKeys, band * bytes, bytes));
}
