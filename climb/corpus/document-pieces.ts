import type { ShardDocument } from './corpus-shard.ts';
import { splitText } from './document-split.ts';
import { hashText, textId, type ParsedRecord } from './parse-record.ts';
import type { ReadingRules } from './reading.ts';

/** A document as it is stored: a record, or a part of one that is too long. */
export type DocumentPiece = {
  readonly document: ShardDocument;
  /** Of its text in UTF-8. */
  readonly bytes: number;
  readonly hash: Uint32Array;
  /** Its text and, in a longer one, a little of what stands before and behind. */
  readonly around: string;
};

/**
 * A cut may go through an item of a task, of which neither side holds 13 words then. GPT-3's authors took away as many
 * characters on either side of what they found.
 */
const margin = 200;

/** A record as documents under the cap: named after their texts or, where a field names the record, #1, #2, … of it. */
export function piecesOf(record: ParsedRecord, rules: ReadingRules): DocumentPiece[] {
  const { id, text, bytes, hash, label, domain, scores } = record;
  const document = (id: string, text: string): ShardDocument => ({
    id,
    text,
    ...(label !== undefined && { label }),
    ...(domain !== undefined && { domain }),
    ...(scores !== undefined && { scores }),
  });
  if (text.length <= rules.maxCharacters) return [{ document: document(id, text), bytes, hash, around: text }];
  const pieces: DocumentPiece[] = [];
  let end = 0;
  for (const piece of splitText(text, rules.maxCharacters)) {
    const around = text.slice(Math.max(0, end - margin), end + piece.length + margin);
    end += piece.length;
    if (piece.trim() === '') continue;
    const { hash, bytes } = hashText(piece);
    const name = rules.idField === null ? textId(hash) : `${id}#${pieces.length + 1}`;
    pieces.push({ document: document(name, piece), bytes, hash, around });
  }
  return pieces;
}
