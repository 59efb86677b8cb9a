import type { SparseRows } from './sparse-rows.ts';
import { stopWords } from './stop-words.ts';
import { letters, longestWord, shortestWord } from './words.ts';

/** Words are hashed into this many features, so that no vocabulary has to be built, kept or agreed on. */
export const featureCount = 2 ** 16;

// FNV-1a over UTF-16 code units: one multiplication a letter, and no string is made for a word.
const hashStart = 0x811c9dc5;
const hashStep = (hash: number, unit: number) => Math.imul(hash ^ unit, 0x01000193);
/** Folds the high half in: FNV's low bits alone are uneven for short words. */
const feature = (hash: number) => (hash ^ (hash >>> 16)) & (featureCount - 1);

const stopHashes = new Set(
  stopWords.map((word) => {
    let hash = hashStart;
    for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
    return hash;
  }),
);

/**
 * Bag of words: how often each hashed feature occurs in each text. Words only, lower case, without stop words: digits
 * and punctuation tell layout apart rather than topics.
 * @returns one row a text; columns are features, in order of first occurrence within a row
 */
export function countFeatures(texts: readonly string[]): SparseRows {
  const counts = new Float32Array(featureCount);
  const seen = new Uint16Array(featureCount);
  const offsets = new Uint32Array(texts.length + 1);
  let columns = new Uint16Array(texts.length * 256);
  let values = new Float32Array(columns.length);
  texts.forEach((text, row) => {
    let distinct = 0;
    let hash = hashStart;
    let length = 0;
    for (let i = 0; i <= text.length; i++) {
      const letter = i < text.length ? (letters[text.charCodeAt(i)] as number) : 0;
      if (letter !== 0) {
        hash = hashStep(hash, letter);
        length++;
        continue;
      }
      if (length >= shortestWord && length <= longestWord && !stopHashes.has(hash)) {
        const column = feature(hash);
        if (counts[column] === 0) seen[distinct++] = column;
        counts[column]!++;
      }
      hash = hashStart;
      length = 0;
    }
    const start = offsets[row] as number;
    if (start + distinct > columns.length) {
      const room = 2 * columns.length + distinct;
      columns = grown(columns, new Uint16Array(room));
      values = grown(values, new Float32Array(room));
    }
    for (let i = 0; i < distinct; i++) {
      const column = seen[i] as number;
      columns[start + i] = column;
      values[start + i] = counts[column] as number;
      counts[column] = 0;
    }
    offsets[row + 1] = start + distinct;
  });
  const used = offsets[texts.length] as number;
  return { columnCount: featureCount, offsets, columns: columns.slice(0, used), values: values.slice(0, used) };
}

function grown<T extends Uint16Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
