import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ReadingRules } from './reading.ts';

/** A record that is a document, before it is split. */
export type ParsedRecord = {
  /** What the id field says, or the text's hash. */
  readonly id: string;
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  /** First 128 bits of the SHA-256 of the text in UTF-8: equal texts are one document, whatever their ids. */
  readonly hash: Uint32Array;
  readonly label?: string;
  readonly domain?: string;
  readonly scores?: Readonly<Record<string, number>>;
  /** Of unit length. */
  readonly vector?: Float32Array;
};

/** A longer one is text in the wrong field rather than the name of a domain. */
const longestDomain = 256;

const largestFloat = 3.4028234663852886e38;

// Takes away a byte order mark, at the start of any line, since files with one get concatenated.
const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** What the rest of a record is worth nothing without. Caught by `parseRecord`. */
class BadRecord extends Error {}

/** Reused: a buffer for each text would be most of what a thread leaves to the garbage collector. */
let room = new Uint8Array(2 ** 20);

/** First 128 bits of the SHA-256 of a text in UTF-8, and its length in bytes. */
export function hashText(text: string): { readonly hash: Uint32Array; readonly bytes: number } {
  // A UTF-16 code unit takes three bytes at most.
  if (3 * text.length > room.length) room = new Uint8Array(3 * text.length);
  const bytes = encoder.encodeInto(text, room).written;
  return { hash: new Uint32Array(sha256(room.subarray(0, bytes)).slice(0, 16).buffer), bytes };
}

/** The name of a document that no field names. */
export function textId({ buffer }: Uint32Array): string {
  return bytesToHex(new Uint8Array(buffer, 0, 16));
}

/**
 * A line of a corpus: a document, or the reason why it isn't one, which never quotes the line.
 * @param source the name of the line's source, null where it has none
 * @returns undefined for a blank line
 */
export function parseRecord(
  line: Uint8Array,
  rules: ReadingRules,
  source: string | null,
): { readonly record: ParsedRecord } | { readonly bad: string } | undefined {
  try {
    const record = jsonObject(line);
    return record && { record: documentOf(record, rules, source) };
  } catch (error) {
    if (error instanceof BadRecord) return { bad: error.message };
    throw error;
  }
}

function jsonObject(line: Uint8Array): object | undefined {
  let json: string;
  try {
    json = utf8.decode(line);
  } catch {
    throw new BadRecord('not UTF-8');
  }
  if (json.trim() === '') return undefined;
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch {
    throw new BadRecord('not JSON');
  }
  if (!isObject(record)) throw new BadRecord('not a JSON object');
  return record;
}

function documentOf(record: object, rules: ReadingRules, source: string | null): ParsedRecord {
  const text = textOf(record, rules.textFields);
  const { hash, bytes } = hashText(text);
  const label = rules.labelField === null ? undefined : nameOf(record, rules.labelField);
  const { domainField, vectorField, idField } = rules;
  return {
    id: idField === null ? textId(hash) : idOf(record, idField),
    text,
    bytes,
    hash,
    ...(label !== undefined && { label }),
    ...(domainField !== null && { domain: domainOf(record, domainField, source) }),
    ...(Object.keys(rules.scoreFields).length > 0 && { scores: scoresOf(record, rules.scoreFields) }),
    ...(vectorField !== null && { vector: vectorOf(record, vectorField) }),
  };
}

/** Of several fields those that are missing, null or blank are left out, as long as one is there. */
function textOf(record: object, fields: readonly string[]): string {
  const several = fields.length > 1;
  const texts: string[] = [];
  let found = false;
  for (const field of fields) {
    const text = valueAt(record, field);
    if (text === undefined || (several && text === null)) continue;
    if (typeof text !== 'string') throw new BadRecord(`field "${field}" is not a string`);
    found = true;
    if (text.trim() === '') continue;
    refuseHalfPairs(text, field);
    texts.push(text);
  }
  const named = `field ${fields.map((field) => `"${field}"`).join(' or ')}`;
  if (!found) throw new BadRecord(`no ${named}`);
  if (texts.length === 0) throw new BadRecord(`${named} is empty`);
  return texts.join('\n\n');
}

function idOf(record: object, field: string): string {
  const value = valueAt(record, field);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new BadRecord(`field "${field}" is a number that can't be told from its neighbours; ids like it are strings`);
  }
  const id = nameOf(record, field);
  if (id === undefined) throw new BadRecord(`no name in the field "${field}"`);
  return id;
}

function domainOf(record: object, field: string, source: string | null): string {
  const domain = nameOf(record, field) ?? (field === 'source' ? source : null);
  if (domain === null) throw new BadRecord(`no name in the field "${field}"`);
  if (domain.length > longestDomain) {
    throw new BadRecord(`field "${field}" has ${domain.length} characters, more than the name of a domain has`);
  }
  return domain;
}

/** A string, or a number or boolean as one; undefined for anything else and for blanks. */
function nameOf(record: object, field: string): string | undefined {
  const value = valueAt(record, field);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  refuseHalfPairs(value, field);
  return value;
}

function scoresOf(record: object, fields: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).map(([axis, field]) => {
      const score = valueAt(record, field);
      if (typeof score !== 'number' || !Number.isFinite(score))
        throw new BadRecord(`no number in the field "${field}"`);
      return [axis, score];
    }),
  );
}

function vectorOf(record: object, field: string): Float32Array {
  const vector = valueAt(record, field);
  if (!Array.isArray(vector) || vector.length === 0) throw new BadRecord(`no list of numbers in the field "${field}"`);
  if (!vector.every((value) => typeof value === 'number' && Math.abs(value) <= largestFloat)) {
    throw new BadRecord(`the list in the field "${field}" holds something else than finite numbers`);
  }
  const values = vector as number[];
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) throw new BadRecord(`the list in the field "${field}" holds only zeros, which have no direction`);
  return Float32Array.from(values, (value) => value / length);
}

/** A surrogate without its other half has no UTF-8, so what is stored and hashed would not be what was read. */
function refuseHalfPairs(text: string, field: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new BadRecord(`field "${field}" has half a surrogate pair`);
}

/** A field of that name or, where there is none, the one its dots lead to. */
export function valueAt(record: object, field: string): unknown {
  if (Object.hasOwn(record, field) || !field.includes('.')) return own(record, field);
  let value: unknown = record;
  for (const step of field.split('.')) value = isObject(value) ? own(value, step) : undefined;
  return value;
}

/** `__proto__` and the like are fields as any other, and never inherited. */
function own(record: object, field: string): unknown {
  return Object.hasOwn(record, field) ? (record as Record<string, unknown>)[field] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
