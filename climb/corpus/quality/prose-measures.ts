import { letters } from '../words.ts';
import { hashOf, lookUp, type WordRuns } from './word-runs.ts';

export type ProseMeasures = {
  readonly words: number;
  readonly sentences: number;
  /** Characters; 0 where there is no word. */
  readonly meanWordLength: number;
  /** Of eight frequent English words, how many stand in the text. */
  readonly stopWords: number;
  /** `#` for each word. */
  readonly hashes: number;
  /** `…` or `...` for each word. */
  readonly ellipses: number;
  /** Share of what stands between spaces that holds a letter. */
  readonly alphabetic: number;
  /** Marks of unwritten, generated or legal page text in a hundred words. */
  readonly boilerplate: number;
};

const stopWords = ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'];
const phrases = `lorem ipsum, javascript, terms of use, privacy policy, cookie policy, uses cookies, use of cookies, use cookies`;

/** Bit of each stop word, by its hash. */
const stopBit = lookUp(stopWords.map((word, bit) => [hashOf(word), 1 << bit] as const));

/** Phrases, as hashes of their words, by that of the first: Raffel et al. 2020, 2.2, and its published code. */
const hashed = phrases.split(', ').map((phrase) => phrase.split(' ').map(hashOf));
const phrasesFrom = lookUp(hashed.map(([first]) => [first!, hashed.filter(([other]) => other === first)] as const));

/** What rules for English prose look at, lines left out. */
export function proseMeasures(text: string, words: WordRuns): ProseMeasures {
  const { count, starts } = words;
  const each = (number: number) => number / Math.max(1, count);
  const { stopWords, phrases } = wordsFound(words);
  const { runs, alphabetic, sentences, hashes, ellipses, braces } = marksFound(text);
  return {
    words: count,
    sentences,
    meanWordLength: each(starts[count]!),
    stopWords,
    hashes: each(hashes),
    ellipses: each(ellipses),
    alphabetic: alphabetic / Math.max(1, runs),
    boilerplate: 100 * each(phrases + braces),
  };
}

function wordsFound({ count, hashes }: WordRuns): { stopWords: number; phrases: number } {
  let bits = 0;
  let phrases = 0;
  for (let at = 0; at < count; at++) {
    const hash = hashes[at]!;
    bits |= stopBit(hash) ?? 0;
    const begun = phrasesFrom(hash);
    if (begun?.some((phrase) => phrase.every((word, i) => at + i < count && hashes[at + i] === word))) phrases++;
  }
  return { stopWords: stopWords.filter((_, bit) => (bits & (1 << bit)) !== 0).length, phrases };
}

const [space, dot, hash, brace, ellipsis] = [32, 46, 35, 123, 0x2026];
const isSpace = (unit: number) => unit <= space || unit === 0xa0 || unit === 0x3000;
const endsSentence = (unit: number) => unit === dot || unit === 33 || unit === 63;
/** What may stand after the end of a sentence: quotes and brackets. */
const closes = new Set('"\'”’»)]'.split('').map((mark) => mark.charCodeAt(0)));

/** Marks, and runs of characters between spaces. */
function marksFound(text: string) {
  const found = { runs: 0, alphabetic: 0, sentences: 0, hashes: 0, ellipses: 0, braces: 0 };
  for (let at = 0; at < text.length; at++) {
    if (isSpace(text.charCodeAt(at))) continue;
    let letter = false;
    let dots = 0;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (isSpace(unit)) break;
      if (letters[unit] !== 0) letter = true;
      else if (unit === hash) found.hashes++;
      else if (unit === brace) found.braces++;
      else if (unit === ellipsis) found.ellipses++;
      dots = unit === dot ? dots + 1 : 0;
      if (dots === 3) found.ellipses++;
    }
    found.runs++;
    if (letter) found.alphabetic++;
    let last = at - 1;
    while (closes.has(text.charCodeAt(last))) last--;
    if (endsSentence(text.charCodeAt(last))) found.sentences++;
  }
  return found;
}
