import { stopWords } from './stop-words.ts';

/**
 * For each UTF-16 code unit its lower-case letter, or 0 where it ends a word. Outside the basic plane nothing counts
 * as a letter: surrogates end words. One look-up a character is what makes a scan run at memory speed.
 */
export const letters: Uint16Array = Uint16Array.from({ length: 0x10000 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  return /[\p{L}\p{M}]/u.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

/** Shorter runs of letters are initials, variables, list marks. */
export const shortestWord = 2;

/** Longer runs are encoded data, or scripts written without spaces: their words can't be told apart here. */
export const longestWord = 32;

const stops = new Set(stopWords);

/** The distinct words of a text, lower case, stop words left out, in order of first occurrence. */
export function distinctWords(text: string): Set<string> {
  const words = new Set<string>();
  for (let start = 0; start < text.length; start++) {
    if (letters[text.charCodeAt(start)] === 0) continue;
    let end = start + 1;
    while (end < text.length && letters[text.charCodeAt(end)] !== 0) end++;
    if (end - start >= shortestWord && end - start <= longestWord) {
      const word = text.slice(start, end).toLowerCase();
      if (!stops.has(word)) words.add(word);
    }
    start = end;
  }
  return words;
}
