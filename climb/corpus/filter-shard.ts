/** A shard and its columns as they were, and the positions of the documents that go, rising. */
export type ShardToFilter = {
  readonly shard: Uint8Array;
  /** Empty where the corpus brings none. */
  readonly vectors: Float32Array;
  /** Empty where nobody asks. */
  readonly rows: Uint32Array;
  readonly drops: Uint32Array;
};

/** What is left of a shard. */
export type FilteredShard = {
  readonly shard: Uint8Array;
  readonly vectors: Float32Array;
  readonly rows: Uint32Array;
  /** UTF-8 bytes of text that went. */
  readonly droppedBytes: number;
};

const lineFeed = 0x0a;

/** A shard without some of its documents; the others stay byte for byte what they are. */
export function filterShard({ shard, vectors, rows, drops }: ShardToFilter): FilteredShard {
  const kept = new Uint8Array(shard.length);
  let used = 0;
  let droppedBytes = 0;
  let documents = 0;
  let drop = 0;
  for (let start = 0; start < shard.length; documents++) {
    const end = shard.indexOf(lineFeed, start) + 1;
    const line = shard.subarray(start, end);
    if (drops[drop] === documents) {
      drop++;
      droppedBytes += textBytes(line);
    } else {
      kept.set(line, used);
      used += line.length;
    }
    start = end;
  }
  const without = <T extends Float32Array | Uint32Array>(column: T) => withoutRows(column, documents, drops);
  return { shard: kept.slice(0, used), vectors: without(vectors), rows: without(rows), droppedBytes };
}

function textBytes(line: Uint8Array): number {
  const { text } = JSON.parse(new TextDecoder().decode(line)) as { text: string };
  return new TextEncoder().encode(text).length;
}

function withoutRows<T extends Float32Array | Uint32Array>(column: T, rows: number, drops: Uint32Array): T {
  const width = column.length / rows;
  const kept = column.slice(drops.length * width) as T;
  let from = 0;
  let used = 0;
  for (const drop of [...drops, rows]) {
    kept.set(column.subarray(from * width, drop * width), used);
    used += (drop - from) * width;
    from = drop + 1;
  }
  return kept;
}
