/** A table of a FlatBuffer, read in place: just what Arrow's metadata needs (flatbuffers.dev, "Internals"). */
export class FlatTable {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The table that a buffer begins with. */
  static root(bytes: Buffer): FlatTable {
    return new FlatTable(bytes, bytes.readUInt32LE(0));
  }

  /** Where a field's value lies, or null where it has its default. Fields count from 0 in the order of the schema. */
  #place(field: number): number | null {
    const vtable = this.#at - this.#bytes.readInt32LE(this.#at);
    const entry = 4 + 2 * field;
    if (entry >= this.#bytes.readUInt16LE(vtable)) return null;
    const offset = this.#bytes.readUInt16LE(vtable + entry);
    return offset === 0 ? null : this.#at + offset;
  }

  byte(field: number): number {
    const at = this.#place(field);
    return at === null ? 0 : this.#bytes.readUInt8(at);
  }

  int(field: number): number {
    const at = this.#place(field);
    return at === null ? 0 : this.#bytes.readInt32LE(at);
  }

  /** @throws RangeError beyond 2^53: no file is that long. */
  long(field: number): number {
    const at = this.#place(field);
    return at === null ? 0 : longAt(this.#bytes, at);
  }

  table(field: number): FlatTable | null {
    const at = this.#place(field);
    return at === null ? null : new FlatTable(this.#bytes, at + this.#bytes.readUInt32LE(at));
  }

  string(field: number): string {
    const { start, length } = this.#vector(field);
    return this.#bytes.toString('utf8', start, start + length);
  }

  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field);
    return Array.from({ length }, (_, i) => {
      const at = start + 4 * i;
      return new FlatTable(this.#bytes, at + this.#bytes.readUInt32LE(at));
    });
  }

  /** Structs of two longs, such as Arrow's nodes and buffers. */
  pairs(field: number): [number, number][] {
    const { start, length } = this.#vector(field);
    return Array.from({ length }, (_, i) => {
      const at = start + 16 * i;
      return [longAt(this.#bytes, at), longAt(this.#bytes, at + 8)];
    });
  }

  #vector(field: number): { start: number; length: number } {
    const at = this.#place(field);
    if (at === null) return { start: 0, length: 0 };
    const vector = at + this.#bytes.readUInt32LE(at);
    return { start: vector + 4, length: this.#bytes.readUInt32LE(vector) };
  }
}

/** A signed 64-bit integer as a number. */
export function longAt(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigInt64LE(at));
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`expected a whole number below 2^53, got ${value}`);
}
