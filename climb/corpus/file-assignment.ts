import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Ref } from '../artifact.ts';
import { digest } from '../content-key.ts';

/** Artifact: the documents of a later file under a frozen domain set. A function of the file's bytes, not of its name. */
export type FileAssignment = {
  readonly schema: 1;
  readonly kind: 'file-assignment';
  /** SHA-256 of the domain set. */
  readonly domainSet: string;
  /** SHA-256 and size of the file. */
  readonly sha256: string;
  readonly size: number;
  /** One `AssignedDocument` a line, in the file's order. */
  readonly assignment: Ref;
  readonly records: number;
  /** Lines of the assignment: records that are documents, and the pieces of those that were split. */
  readonly documents: number;
  /** Documents in no cluster: its cluster was pruned, or the search doesn't know its domain. */
  readonly unassigned: number;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly label: string;
    readonly documents: number;
    /** UTF-8 bytes of text. */
    readonly bytes: number;
  }[];
  /** The first hundred. */
  readonly bad: readonly { readonly line: number; readonly reason: string }[];
  readonly badCount: number;
};

/** Bytes that file systems let a name have, less those of the longest ending. */
const longestName = 255 - '.clusters.jsonl'.length;

/**
 * Where the assignment of a file is written, below a folder for all of them. A name that has no room for the ending is
 * cut, and told from others by its hash; the summary says the whole of it.
 * @param path as the corpus names it
 */
export function assignmentPath(path: string): { lines: string; summary: string } {
  const at = path.lastIndexOf('/') + 1;
  const name = path.slice(at);
  const fits = utf8ToBytes(name).length <= longestName;
  // A character is four bytes of UTF-8 at most.
  const short = fits ? name : `${[...name].slice(0, 40).join('')}-${digest(name).slice(0, 16)}`;
  return { lines: `${path.slice(0, at)}${short}.clusters.jsonl`, summary: `${path.slice(0, at)}${short}.summary.json` };
}

/** What stands beside the lines: counts, and the hashes of file, domain set and lines. */
export function assignmentSummary(path: string, { schema, kind, ...assignment }: FileAssignment): string {
  return `${JSON.stringify({ schema, kind, path, ...assignment }, null, 2)}\n`;
}

/**
 * Why an assignment must not replace what lies in its place; undefined where that is nothing, or the same file's.
 * @param place of the summary, as people know it @param existing what lies there
 */
export function otherAssignment(
  place: string,
  existing: string | undefined,
  made: Pick<FileAssignment, 'sha256' | 'size'>,
): string | undefined {
  if (existing === undefined) return undefined;
  const found = asSummary(existing);
  if (found?.sha256 === made.sha256) return undefined;
  const held =
    found === undefined
      ? 'something that is no summary of an assignment'
      : `the assignment of another file of that name (SHA-256 ${found.sha256}, ${found.size} bytes)`;
  return `${place} holds ${held}, which this one (SHA-256 ${made.sha256}, ${made.size} bytes) would replace`;
}

function asSummary(text: string): Partial<FileAssignment> | undefined {
  try {
    const value = JSON.parse(text) as Partial<FileAssignment> | null;
    return value?.kind === 'file-assignment' ? value : undefined;
  } catch {
    return undefined;
  }
}
