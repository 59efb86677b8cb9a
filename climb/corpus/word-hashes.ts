/** Words of a text as hashes, two independent ones of 32 bits each; reused from text to text. */
export type WordHashes = { count: number; first: Uint32Array; second: Uint32Array };

/** Hiragana, katakana and Chinese characters: scripts without spaces, where a character is the nearest thing to a word. */
const isWordAlone = (unit: number) =>
  unit >= 0x3041 &&
  ((unit <= 0x30ff && unit !== 0x30fb) || (unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xf900 && unit <= 0xfaff));

/** For each UTF-16 code unit its lower-case letter or digit; 0 for what stands between words. */
const symbols = Uint16Array.from({ length: 0x10000 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  return /[\p{L}\p{M}\p{N}]/u.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

export function emptyWords(): WordHashes {
  return { count: 0, first: new Uint32Array(1024), second: new Uint32Array(1024) };
}

/**
 * Runs of letters and digits, lower case; whatever stands between them doesn't count, so that a text is found again
 * however it was punctuated and set.
 * @param words filled with the words of this text, what it held before is gone
 */
export function hashWords(text: string, words: WordHashes): void {
  words.count = 0;
  // FNV-1a, and a second hash with a constant of its own (Knuth's): one alone would name billions of n-grams too often.
  let first = 0x811c9dc5;
  let second = 0;
  let open = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const symbol = symbols[unit] as number;
    if (symbol !== 0) {
      const alone = unit >= 0x3041 && isWordAlone(unit);
      if (alone && open) {
        push(words, first, second);
        first = 0x811c9dc5;
        second = 0;
      }
      first = Math.imul(first ^ symbol, 0x01000193);
      second = Math.imul(second ^ symbol, 0x9e3779b1);
      second ^= second >>> 15;
      open = true;
      if (!alone) continue;
    }
    if (!open) continue;
    push(words, first, second);
    first = 0x811c9dc5;
    second = 0;
    open = false;
  }
  if (open) push(words, first, second);
}

function push(words: WordHashes, first: number, second: number): void {
  if (words.count === words.first.length) {
    words.first = grown(words.first);
    words.second = grown(words.second);
  }
  words.first[words.count] = mixed(first);
  words.second[words.count++] = mixed(second);
}

/** Every bit of the input in every bit of the output: the last step of MurmurHash3. */
export function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function grown(from: Uint32Array): Uint32Array {
  const to = new Uint32Array(2 * from.length);
  to.set(from);
  return to;
}
