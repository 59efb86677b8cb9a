import type { ShardDocument } from './corpus-shard.ts';
import { bands } from './minhash.ts';

/** Documents of a block that end up in one shard, and what is known of each, by column. */
export type DocumentColumns = {
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  /** One `ShardDocument` a line. */
  readonly shard: Uint8Array;
  /** Four uint32 a document: the first 128 bits of the SHA-256 of its text. */
  readonly hashes: Uint32Array;
  /** Band by band, two uint32 a document (`minhash.ts`); empty where near duplicates stay. */
  readonly bandKeys: Uint32Array;
  /** Row-major, documents × dimensions; empty where the corpus brings none. */
  readonly vectors: Float32Array;
  /** Number of each document's record within the block; empty where nobody asks. */
  readonly rows: Uint32Array;
};

const encoder = new TextEncoder();

/** Columns that grow a document at a time. */
export class DocumentColumnsBuilder {
  documents = 0;
  #bytes = 0;
  #shard: Uint8Array<ArrayBuffer>;
  #used = 0;
  readonly #hashes = new Grown(Uint32Array);
  readonly #bandKeys = new Grown(Uint32Array);
  readonly #vectors = new Grown(Float32Array);
  readonly #rows = new Grown(Uint32Array);

  /** @param expected bytes of the shard, more or less */
  constructor(expected: number) {
    this.#shard = new Uint8Array(expected);
  }

  /** @param bytes UTF-8 bytes of its text */
  add(
    document: ShardDocument,
    bytes: number,
    columns: { hash: Uint32Array; bandKeys?: Uint32Array; vector?: Float32Array | undefined; row?: number },
  ): void {
    this.documents++;
    this.#bytes += bytes;
    this.#write(`${JSON.stringify(document)}\n`);
    this.#hashes.push(columns.hash);
    if (columns.bandKeys !== undefined) this.#bandKeys.push(columns.bandKeys);
    if (columns.vector !== undefined) this.#vectors.push(columns.vector);
    if (columns.row !== undefined) this.#rows.push([columns.row]);
  }

  finish(): DocumentColumns {
    return {
      documents: this.documents,
      bytes: this.#bytes,
      shard: this.#shard.subarray(0, this.#used),
      hashes: this.#hashes.values(),
      bandKeys: byBand(this.#bandKeys.values(), this.documents),
      vectors: this.#vectors.values(),
      rows: this.#rows.values(),
    };
  }

  #write(line: string): void {
    // A UTF-16 code unit takes three bytes of UTF-8 at most.
    const most = this.#used + 3 * line.length;
    if (most > this.#shard.length) {
      const longer = new Uint8Array(Math.max(most, Math.ceil(1.5 * this.#shard.length)));
      longer.set(this.#shard.subarray(0, this.#used));
      this.#shard = longer;
    }
    this.#used += encoder.encodeInto(line, this.#shard.subarray(this.#used)).written;
  }
}

/** From document by document to band by band, so that a band of the whole corpus is read in a few long slices. */
function byBand(keys: Uint32Array, documents: number): Uint32Array {
  const turned = new Uint32Array(keys.length);
  for (let from = 0; from < keys.length; from += 2) {
    const document = Math.floor(from / (2 * bands));
    const band = (from / 2) % bands;
    turned.set(keys.subarray(from, from + 2), 2 * (band * documents + document));
  }
  return turned;
}

/** A typed array without an end. */
class Grown<T extends Uint32Array | Float32Array> {
  #array: T;
  #used = 0;
  readonly #make: new (length: number) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#array = new make(0);
  }

  push(values: ArrayLike<number>): void {
    if (this.#used + values.length > this.#array.length) {
      const longer = new this.#make(Math.max(1024, 2 * this.#array.length, this.#used + values.length));
      longer.set(this.#array);
      this.#array = longer;
    }
    this.#array.set(values, this.#used);
    this.#used += values.length;
  }

  values(): T {
    return this.#array.slice(0, this.#used) as T;
  }
}
