/** Cuts texts into pieces, draws a fixed sample up to a size, and writes it as gzipped JSON lines. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Short enough that a piece is about one thing, long enough to cluster; in UTF-16 units. */
export const LONGEST = 3_000;
const SHORTEST = 200;

/** @typedef {{ id: string, text: string }} Piece */

/**
 * Packs whole lines into pieces of at most LONGEST; a longer line is cut at a space where it has one.
 * Pieces under SHORTEST are dropped: they carry a signature or a stray heading, no domain.
 *
 * @param {string} source where the text came from; `source#n` becomes the piece's id
 * @param {string} text
 * @returns {Piece[]}
 */
export function cut(source, text) {
  const pieces = [];
  let piece = '';
  for (const line of text.split(/(?<=\n)/).flatMap(cutLine)) {
    if (piece.length + line.length > LONGEST) {
      pieces.push(piece);
      piece = '';
    }
    piece += line;
  }
  pieces.push(piece);
  return pieces
    .map((part) => part.trim())
    .filter((part) => part.length >= SHORTEST)
    .map((part, n) => ({ id: `${source}#${n}`, text: part }));
}

/** @param {string} line @returns {string[]} */
function cutLine(line) {
  const parts = [];
  while (line.length > LONGEST) {
    const space = line.lastIndexOf(' ', LONGEST - 1) + 1;
    // Never between the two halves of a surrogate pair: half a character isn't UTF-8.
    const end = space || (/[\uD800-\uDBFF]/.test(line.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST);
    parts.push(line.slice(0, end));
    line = line.slice(end);
  }
  return [...parts, line];
}

/**
 * Distinct pieces in the order of a hash of their text until `bytes` are reached, then sorted by id: a sample over all of
 * a domain that is the same on every machine, whatever order the sources came in.
 *
 * @param {Piece[]} pieces
 * @param {number} bytes of UTF-8 text
 */
export function sample(pieces, bytes) {
  /** @type {Map<string, Piece>} */
  const byHash = new Map();
  for (const piece of pieces) {
    const hash = createHash('sha256').update(piece.text).digest('hex');
    const twin = byHash.get(hash);
    if (!twin || piece.id < twin.id) byHash.set(hash, piece);
  }
  /** @type {Piece[]} */
  const chosen = [];
  let total = 0;
  for (const hash of [...byHash.keys()].sort()) {
    const piece = /** @type {Piece} */ (byHash.get(hash));
    total += Buffer.byteLength(piece.text);
    if (total > bytes) break;
    chosen.push(piece);
  }
  return chosen.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** JSON lines `{"id","domain","text"}`, gzipped without time or platform in the header. @param {string} domain @param {Piece[]} pieces */
export function toJsonLines(domain, pieces) {
  const lines = pieces.map(({ id, text }) => `${JSON.stringify({ id, domain, text })}\n`).join('');
  const bytes = gzipSync(lines, { level: 9 });
  const OPERATING_SYSTEM = 9;
  bytes[OPERATING_SYSTEM] = 255; // unknown; zlib writes the machine's
  return bytes;
}
