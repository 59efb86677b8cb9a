import { parseShard } from './corpus-shard.ts';

/** A line of an assignment: a document of a later file. */
export type AssignedDocument = {
  /** Of the record in its file, from 1; the pieces of a record that was split share it. */
  readonly line: number;
  readonly id: string;
  /** Null where it belongs to a cluster that was pruned, or to a domain that the search doesn't know. */
  readonly cluster: string | null;
};

export type AssignedLinesInput = {
  /** Documents, one `ShardDocument` a line. */
  readonly shard: Uint8Array;
  /** Of each document the number of its record's line. */
  readonly lines: Uint32Array;
  /** Of each document its K_init cluster, or the known domains in the order of `map`. */
  readonly initial: { readonly clusters: Uint16Array } | { readonly values: readonly string[] };
  /** K_init cluster, or known domain → index into `names`, null where it was dropped. */
  readonly map: readonly (number | null)[];
  readonly names: readonly string[];
};

export type AssignedLines = {
  /** One `AssignedDocument` a line. */
  readonly lines: Uint8Array;
  /** By cluster. */
  readonly documents: number[];
  /** UTF-8 bytes of text, by cluster. */
  readonly bytes: number[];
  /** Documents in no cluster. */
  readonly unassigned: number;
};

const encoder = new TextEncoder();

/** The clusters of documents, as people and their pipelines read them. */
export function assignedLines({ shard, lines, initial, map, names }: AssignedLinesInput): AssignedLines {
  const indices = 'values' in initial ? new Map(initial.values.map((value, at) => [value, at])) : null;
  const documents = names.map(() => 0);
  const bytes = names.map(() => 0);
  let unassigned = 0;
  const written = parseShard(shard).map(({ id, text, domain }, at) => {
    const from = 'clusters' in initial ? initial.clusters[at] : indices?.get(domain ?? '');
    const index = from === undefined ? null : (map[from] ?? null);
    if (index === null) unassigned++;
    else {
      documents[index]!++;
      bytes[index]! += encoder.encode(text).length;
    }
    const line: AssignedDocument = { line: lines[at]!, id, cluster: index === null ? null : names[index]! };
    return `${JSON.stringify(line)}\n`;
  });
  return { lines: encoder.encode(written.join('')), documents, bytes, unassigned };
}
