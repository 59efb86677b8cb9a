import { letters } from '../words.ts';

/** The words of a text as numbers: equal words have equal hashes, different ones nearly always different ones. */
export type WordRuns = {
  readonly count: number;
  /** Hash of each word in lower case. */
  readonly hashes: Uint32Array;
  /** Characters of all words before each; `starts[count]` is their sum. */
  readonly starts: Uint32Array;
};

/** Blocks of scripts that are written without spaces: Thai and Lao, Burmese, Khmer, kana, Han. */
const unspaced: readonly (readonly [number, number])[] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x3040, 0x30ff],
  [0x3400, 0x9fff],
];

/** What a run of characters makes of a word: 0 ends it, 1 goes on, 2 goes on in a script without spaces. */
const joins = Uint8Array.from(letters, (letter, unit) => {
  if (unspaced.some(([first, last]) => unit >= first && unit <= last && letter !== 0)) return 2;
  return letter !== 0 || (unit >= 48 && unit <= 57) ? 1 : 0;
});

/** Longest word of a script without spaces: words of Chinese and Japanese have one or two characters as a rule. */
const unspacedLength = 2;

const seed = 0x811c9dc5;

/** FNV-1a over UTF-16 code units (Fowler, Noll, Vo 1991), whose last step spreads the bits. */
const step = (hash: number, unit: number) => Math.imul(hash ^ unit, 0x01000193);
const spread = (hash: number) => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
};

/** The hash that `wordRuns` gives a word, which must be lower case and made of letters and digits alone. */
export function hashOf(word: string): number {
  let hash = seed;
  for (let at = 0; at < word.length; at++) hash = step(hash, word.charCodeAt(at));
  return spread(hash);
}

const roomFor = (words: number) => ({ hashes: new Uint32Array(words), starts: new Uint32Array(words + 1) });
/** Used again for every text: there may be as many words as characters, and hardly ever are. */
let room = roomFor(1 << 16);

/** Runs of letters and digits; where a script has no spaces, every two characters from the last mark on. */
export function wordRuns(text: string): WordRuns {
  if (text.length >= room.starts.length) room = roomFor(2 * text.length);
  const { hashes, starts } = room;
  let count = 0;
  let characters = 0;
  for (let at = 0; at < text.length;) {
    const kind = joins[text.charCodeAt(at)]!;
    if (kind === 0) {
      at++;
      continue;
    }
    const first = at;
    const last = kind === 2 ? Math.min(text.length, first + unspacedLength) : text.length;
    let hash = seed;
    for (; at < last; at++) {
      const unit = text.charCodeAt(at);
      if (joins[unit] !== kind) break;
      hash = step(hash, letters[unit]! || unit);
    }
    starts[count] = characters;
    hashes[count++] = spread(hash);
    characters += at - first;
  }
  starts[count] = characters;
  return { count, hashes: hashes.slice(0, count), starts: starts.slice(0, count + 1) };
}

/** Looks words up by hash: most that are not there need no look into the Map. */
export function lookUp<Value>(entries: Iterable<readonly [number, Value]>): (hash: number) => Value | undefined {
  const values = new Map(entries);
  const maybe = new Uint8Array(1 << 13);
  for (const hash of values.keys()) maybe[hash & (maybe.length - 1)] = 1;
  return (hash) => (maybe[hash & (maybe.length - 1)] === 1 ? values.get(hash) : undefined);
}
