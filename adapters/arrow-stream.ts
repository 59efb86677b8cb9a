import { FlatTable, longAt } from './flatbuffer.ts';

/** A value of a column: text, a whole number, a list of them, or null where the file has none. */
export type ArrowValue = string | number | null | readonly ArrowValue[];
export type ArrowRow = Readonly<Record<string, ArrowValue>>;

/** A stream of another kind, a broken one, or one with columns that aren't read here. */
export class BadArrow extends Error {
  override readonly name = 'BadArrow';
}

/** Type codes and header codes of Arrow's Schema.fbs and Message.fbs. */
const types = { int: 2, utf8: 5, list: 12 } as const;
const headers = { schema: 1, recordBatch: 3 } as const;

type Column = {
  readonly name: string;
  readonly type: number;
  /** Bits of a whole number. */
  readonly bits: number;
  readonly items: Column | null;
};

/**
 * The rows of a file in Arrow's IPC streaming format (arrow.apache.org/docs/format/Columnar.html), as Hugging Face's
 * `datasets` keeps them on disk: uncompressed columns of text, whole numbers and lists of either. Columns of other types
 * are refused by their name.
 * @throws BadArrow
 */
export function arrowRows(bytes: Buffer): ArrowRow[] {
  try {
    return [...rowsOf(bytes)];
  } catch (error) {
    // Every read is within the bytes or throws: a cut or altered file ends here.
    const { name, message } = error as Error;
    if (name !== 'RangeError') throw error;
    throw new BadArrow(`the Arrow stream of ${bytes.length} bytes is broken (${message})`);
  }
}

function* rowsOf(bytes: Buffer): Iterable<ArrowRow> {
  let columns: Column[] | null = null;
  for (const { kind, header, body } of messages(bytes)) {
    if (kind === headers.schema) columns = header.tables(1).map(columnOf);
    else if (kind !== headers.recordBatch) throw new BadArrow(`a message of kind ${kind}: only plain columns are read`);
    else if (columns === null) throw new BadArrow('a record batch before any schema');
    else yield* batchRows(columns, header, body);
  }
  if (columns === null) throw new BadArrow('no schema: it is no Arrow stream');
}

type Message = { readonly kind: number; readonly header: FlatTable; readonly body: Buffer };

/** Each message: FF FF FF FF, the length of its metadata, the metadata, and as much body as the metadata says. */
function* messages(bytes: Buffer): Iterable<Message> {
  for (let at = 0; at < bytes.length;) {
    if (bytes.readUInt32LE(at) !== 0xffffffff) throw new BadArrow(`no message at byte ${at}: it is no Arrow stream`);
    const length = bytes.readInt32LE(at + 4);
    if (length === 0) return; // the end of the stream
    const start = at + 8 + length;
    const message = FlatTable.root(bytes.subarray(at + 8, start));
    const header = message.table(2);
    const end = start + message.long(3);
    if (header === null || end > bytes.length) throw new RangeError(`a message ends at byte ${end}`);
    yield { kind: message.byte(1), header, body: bytes.subarray(start, end) };
    at = end;
  }
}

function columnOf(field: FlatTable): Column {
  const [name, type] = [field.string(0), field.byte(2)];
  const known = Object.values(types).some((code) => code === type);
  if (!known || field.table(4) !== null) {
    throw new BadArrow(`the column "${name}" is of a type that isn't read here; text, whole numbers and lists are`);
  }
  const [items] = field.tables(5).map(columnOf);
  return { name, type, bits: field.table(3)?.int(0) ?? 0, items: items ?? null };
}

function batchRows(columns: readonly Column[], header: FlatTable, body: Buffer): ArrowRow[] {
  if (header.table(3) !== null) throw new BadArrow('a compressed record batch; only plain ones are read');
  const nodes = header.pairs(1).values();
  const buffers = header
    .pairs(2)
    .map(([offset, length]) => {
      if (offset + length > body.length) throw new RangeError(`a buffer ends at byte ${offset + length} of its batch`);
      return body.subarray(offset, offset + length);
    })
    .values();
  const read = columns.map((column) => ({ name: column.name, values: readColumn(column, nodes, buffers) }));
  const length = header.long(0);
  const ragged = read.find(({ values }) => values.length !== length);
  if (ragged !== undefined) throw new RangeError(`${ragged.values.length} of ${length} rows in "${ragged.name}"`);
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(read.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

/** The values of a column; its nodes and buffers come in depth-first order. */
function readColumn(column: Column, nodes: Iterator<[number, number]>, buffers: Iterator<Buffer>): ArrowValue[] {
  const next = <T>(from: Iterator<T>): T => {
    const step = from.next();
    if (step.done === true) throw new RangeError(`the column "${column.name}" lacks a buffer`);
    return step.value;
  };
  const [length, nulls] = next(nodes);
  const validity = next(buffers);
  const first = next(buffers);
  const present = (row: number) => nulls === 0 || ((validity.readUInt8(row >> 3) >> (row & 7)) & 1) === 1;
  const valueAt = readerOf(column, first, nodes, buffers, next);
  return Array.from({ length }, (_, row) => (present(row) ? valueAt(row) : null));
}

function readerOf(
  { type, bits, items }: Column,
  first: Buffer,
  nodes: Iterator<[number, number]>,
  buffers: Iterator<Buffer>,
  next: <T>(from: Iterator<T>) => T,
): (row: number) => ArrowValue {
  if (type === types.int) {
    if (bits === 64) return (row) => longAt(first, 8 * row);
    return (row) => first.readIntLE((bits / 8) * row, bits / 8);
  }
  const range = (row: number): [number, number] => [first.readInt32LE(4 * row), first.readInt32LE(4 * row + 4)];
  if (type === types.utf8) {
    const text = next(buffers);
    return (row) => text.toString('utf8', ...range(row));
  }
  if (items === null) throw new BadArrow('a list without a type of its items');
  const values = readColumn(items, nodes, buffers);
  return (row) => values.slice(...range(row));
}
