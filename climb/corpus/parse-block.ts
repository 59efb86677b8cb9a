import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { contaminatingTask, type GramTable } from './contamination.ts';
import { DocumentColumnsBuilder, type DocumentColumns } from './document-columns.ts';
import { piecesOf } from './document-pieces.ts';
import { bandKeys, bands } from './minhash.ts';
import { parseRecord, type ParsedRecord } from './parse-record.ts';
import type { ReadingRules } from './reading.ts';
import { emptyWords, hashWords } from './word-hashes.ts';

/** Whole lines of a file. */
export type BlockPart = {
  readonly bytes: Uint8Array;
  /** Lines that could not be read, and are empty in `bytes`: numbers from 0 within the part, rising. */
  readonly unreadable: readonly { readonly line: number; readonly reason: string }[];
};

/** Lines of one source, of one file or of several small ones. */
export type BlockInput = {
  readonly parts: readonly BlockPart[];
  readonly rules: ReadingRules;
  /** The source's name. */
  readonly source: string | null;
  /** What no document may contain. */
  readonly grams: GramTable | null;
  /** Length of the corpus's vectors; null where it brings none. */
  readonly dimensions: number | null;
  /** `rows` are numbers of lines, from 0 within the part, whatever the rules say. */
  readonly byLine?: boolean;
};

/** A place in a block: index of the part, and of the line within the part. */
type Place = { readonly part: number; readonly line: number };

export type PartFacts = {
  /** Lines that aren't blank: documents, before anything is dropped or split, and bad ones. */
  readonly records: number;
  readonly documents: number;
  readonly bad: number;
  readonly firstBad: { readonly line: number; readonly reason: string } | null;
};

/** What a block comes to. */
export type BlockFacts = {
  readonly parts: readonly PartFacts[];
  /** The first hundred. */
  readonly bad: readonly (Place & { readonly reason: string })[];
  /** The first hundred, with the index of the task. */
  readonly contaminated: readonly (Place & { readonly task: number })[];
  readonly contaminatedCount: number;
  /** Documents that were longer than the cap. */
  readonly split: number;
};

export type ParsedBlock = {
  readonly facts: BlockFacts;
  readonly training: DocumentColumns;
  readonly heldOut: DocumentColumns;
};

/** Bad and contaminated documents that are named; all are counted. */
export const named = 100;

const lineFeed = 0x0a;

/** Lines become documents: what can be decided of a record without knowing the others. */
export function parseBlock({ parts, rules, source, grams, dimensions, byLine }: BlockInput): ParsedBlock {
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const training = new DocumentColumnsBuilder(size);
  const heldOut = new DocumentColumnsBuilder(Math.ceil(size * rules.heldOut));
  const counts = parts.map(() => ({ records: 0, documents: 0, bad: 0, firstBad: null as PartFacts['firstBad'] }));
  const bad: (Place & { reason: string })[] = [];
  const contaminated: (Place & { task: number })[] = [];
  let contaminatedCount = 0;
  let split = 0;
  let row = 0;
  const words = emptyWords();
  const keys = new Uint32Array(2 * bands);

  const keep = (record: ParsedRecord, place: Place) => {
    const columns = isHeldOut(record.id, rules.heldOut) ? heldOut : training;
    const pieces = piecesOf(record, rules);
    if (pieces.length > 1) split++;
    for (const { document, bytes, hash, around } of pieces) {
      if (grams !== null && columns === training) {
        hashWords(around, words);
        const task = contaminatingTask(grams, words);
        if (task >= 0) {
          if (contaminatedCount++ < named) contaminated.push({ ...place, task });
          continue;
        }
      }
      if (rules.nearDuplicates) {
        hashWords(document.text, words);
        bandKeys(words, hash, keys);
      }
      columns.add(document, bytes, {
        hash,
        vector: record.vector,
        ...(rules.nearDuplicates && { bandKeys: keys }),
        ...(byLine ? { row: place.line } : rules.rowNumbers && { row }),
      });
    }
  };

  for (const [part, { bytes, unreadable }] of parts.entries()) {
    const count = counts[part]!;
    const refuse = (line: number, reason: string) => {
      if (bad.length < named) bad.push({ part, line, reason });
      count.firstBad ??= { line, reason };
      count.bad++;
    };
    const reasons = new Map(unreadable.map(({ line, reason }) => [line, reason]));
    let line = 0;
    for (const content of linesOf(bytes)) {
      const reason = reasons.get(line);
      const parsed = reason === undefined ? parseRecord(content, rules, source) : { bad: reason };
      if (parsed !== undefined) {
        count.records++;
        const refused = 'bad' in parsed ? parsed.bad : foreignVector(parsed.record, dimensions, rules);
        if (refused !== undefined) refuse(line, refused);
        else if ('record' in parsed) {
          count.documents++;
          keep(parsed.record, { part, line });
        }
        row++;
      }
      line++;
    }
  }
  return {
    facts: { parts: counts, bad, contaminated, contaminatedCount, split },
    training: training.finish(),
    heldOut: heldOut.finish(),
  };
}

/** Length of the first vector, which those of the whole corpus must have; null where there is none. */
export function firstVectorLength({ bytes }: BlockPart, rules: ReadingRules, source: string | null): number | null {
  for (const line of linesOf(bytes)) {
    const parsed = parseRecord(line, rules, source);
    if (parsed !== undefined && 'record' in parsed && parsed.record.vector !== undefined)
      return parsed.record.vector.length;
  }
  return null;
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineFeed, start);
    yield bytes.subarray(start, end < 0 ? bytes.length : end);
    start = end < 0 ? bytes.length : end + 1;
  }
}

function foreignVector(
  { vector }: ParsedRecord,
  dimensions: number | null,
  { vectorField }: ReadingRules,
): string | undefined {
  if (vector === undefined || vector.length === dimensions) return undefined;
  return `the list in the field "${vectorField}" has ${vector.length} numbers, the first of the corpus has ${dimensions}`;
}

/** By a hash of its own, so that being kept out has to do with nothing else: the same documents in every corpus. */
function isHeldOut(id: string, share: number): boolean {
  if (share === 0) return false;
  const hash = new DataView(sha256(utf8ToBytes(`held out: ${id}`)).buffer);
  return (hash.getUint32(0) + hash.getUint32(4) / 2 ** 32) / 2 ** 32 < share;
}
