import canonicalize from 'canonicalize';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * RFC 8785 canonical JSON: equal values give equal bytes, whatever the order of their keys. A field that is undefined
 * counts as left out.
 * @throws Error for what JSON or UTF-8 can't hold (NaN, infinities, half a surrogate pair) at any depth, TypeError for
 * what is no JSON value at all: a key must never be built from it.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError(`not a JSON value: got ${typeof value}`);
  return text;
}

/** Lower-case hex SHA-256 of UTF-8 text or of bytes. */
export function digest(content: string | Uint8Array): string {
  return bytesToHex(sha256(typeof content === 'string' ? utf8ToBytes(content) : content));
}

/** The name under which work is found again: SHA-256 of the canonical JSON of everything it depends on. */
export function contentKey(value: unknown): string {
  return digest(canonicalJson(value));
}
