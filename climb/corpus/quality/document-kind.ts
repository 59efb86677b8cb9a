import type { DocumentKind } from '../corpus-artifacts.ts';
import { letters } from '../words.ts';
import { hashOf, lookUp, wordRuns, type WordRuns } from './word-runs.ts';

/** The beginning of a document says what it is, and bounds what a long one costs. */
const looked = 4_000;

/** Function words that are frequent in English and rare elsewhere; the rest of a language's words say less. */
const english = 'the of and to is that with for was are this which you be have from by not or they his had were';

/**
 * Function words of other languages in Latin letters that English doesn't have: French, German, Spanish, Portuguese,
 * Italian, Dutch, Scandinavian, Polish, Turkish, Indonesian, Hungarian, Finnish, Romanian, Vietnamese, Swahili. Any of
 * them makes a text another language; which one doesn't matter.
 */
const others = `le la les des du et est une dans que qui pas sur avec nous vous sont aux cette
  der das und nicht ist ein eine mit den von zu auf sich dem für auch wird
  el los las de en del por una para se su como más está
  os da em um uma não com seu são ao
  il di che un non della sono è gli nel
  het een van dat niet zijn op voor met
  och att det som på är av för og til ikke har
  nie się że jest na ve bir bu için ile yang dan ini itu untuk dengan dari
  és az egy hogy nem ja ei että oli și în este cu và của là không có ya wa kwa ni`;

const languageOf = lookUp<'ours' | 'theirs'>([
  ...english.split(' ').map((word) => [hashOf(word), 'ours'] as const),
  ...others.split(/\s+/).map((word) => [hashOf(word), 'theirs'] as const),
]);

/** A line of a record: JSON, a key with a short value, or an entry of a log. */
const dataLine =
  /^(?:[[{]\s*["[{\d]|"[^"]*"\s*:|"[^"]*",$|[\]}[{]+,?$|(?:- )?[\w.-]+:(?:\s+\S+)?$|\[?\d{4}[-/]\d\d[-/]\d\d[T ,]|\w{3} +\d{1,2} \d\d:\d\d:\d\d|\d+\.\d+\.\d+\.\d+ |\[?\d\d:\d\d:\d\d)/;

/** A line of a program or of markup. Key words of programs are words of English too: they count with brackets or signs. */
const codeLine = new RegExp(
  [
    '[;{}]$|^[\\])}]+[,;:]?$',
    '^(?://|/\\*|\\*/|#!|#include|#define|#if|#endif|<\\?|</?[a-zA-Z!][^>]*>|@\\w+)',
    '^(?:import|from|export|def|class|return|if|elif|else|for|while|switch|case|try|except|catch|finally|with|function|func|fn|let|const|var|val|public|private|protected|static|void|int|struct|enum|interface|type|package|use|using|namespace|module|impl|trait|local|my|sub|print|echo|raise|throw|yield|async|await|assert|self|del|lambda)\\b.*[(){}=:<>[\\]]',
    '^(?:import|from|package|using|use|require|return|raise|yield|throw|goto) [\\w.*:/]+(?: (?:import|as) [\\w.*, ]+)?$',
    '^(?:pass|break|continue|return|fi|done|esac|end|else|begin|then|do|try|else:|try:|finally:)$',
    '^(?:SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|JOIN|LEFT JOIN|GROUP BY|ORDER BY|VALUES)\\b',
    '[\\w)\\]"\']\\s*(?:[-+*/|&%]?=|[!=<>]=|:=|=>|->|&&|\\|\\||::)\\s*[\\w("\'[{$&@-]',
    '^[\\w.$@]+\\(.*\\)?[,;:]?$',
    '^\\$\\w+|^(?:sudo|cd|mkdir|git|npm|pip|apt|docker) \\S+',
  ].join('|'),
);

/** Marks that programs are full of and prose is not. */
const codeMarks = new Set('{}()[];=<>_&|$\\'.split('').map((mark) => mark.charCodeAt(0)));

/**
 * What a document is, as far as rules for English prose apply to it. Meant for rules, not for people: a list of names
 * without a function word of any language passes for English, and a manual with a few lines of code as well.
 */
export function documentKind(text: string, words: WordRuns = wordRuns(text)): DocumentKind {
  const sample = text.slice(0, looked);
  const { characters, written, digits, marks, foreign, accented } = census(sample);
  if (2 * foreign > written && 3 * written > characters) return 'other-language';
  const lines = sample
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const share = (form: RegExp) => lines.filter((line) => form.test(line.slice(0, 200))).length / lines.length;
  const { ours, theirs } = functionWords(words);
  const prose = ours >= 0.15 * words.count;
  if (written === 0 || digits > written || share(dataLine) >= 0.6 || (!prose && isTable(lines))) return 'data';
  if (share(codeLine) >= 0.4 || (!prose && marks >= 0.12 * characters)) return 'code';
  if (theirs > ours && theirs >= 0.03 * words.count) return 'other-language';
  return ours < 0.02 * words.count && accented > 0.03 * written ? 'other-language' : 'english';
}

function functionWords({ count, hashes }: WordRuns): { ours: number; theirs: number } {
  const found = { ours: 0, theirs: 0 };
  for (let at = 0; at < count; at++) {
    const language = languageOf(hashes[at]!);
    if (language !== undefined) found[language]++;
  }
  return found;
}

/** How many characters are what; spaces count nowhere. */
function census(text: string) {
  const counts = { characters: 0, written: 0, digits: 0, marks: 0, foreign: 0, accented: 0 };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= 32) continue;
    counts.characters++;
    if (letters[unit] !== 0) {
      counts.written++;
      if (unit >= 0x250 && !isLatinExtended(unit)) counts.foreign++;
      else if (unit >= 0xc0) counts.accented++;
    } else if (unit >= 48 && unit <= 57) counts.digits++;
    else if (codeMarks.has(unit)) counts.marks++;
  }
  return counts;
}

/** Vietnamese and others: Latin letters with two marks. */
const isLatinExtended = (unit: number) => unit >= 0x1e00 && unit <= 0x1eff;

/** Whether nearly every line has the same number of separators, two at least: CSV, TSV and the like. */
function isTable(lines: readonly string[]): boolean {
  if (lines.length < 3) return false;
  return [',', '\t', ';', '|'].some((separator) => {
    const counts = lines.map((line) => line.replace(/"[^"]*"/g, '').split(separator).length - 1);
    const usual = counts[Math.floor(counts.length / 2)]!;
    return usual >= 2 && counts.filter((count) => count === usual).length >= 0.8 * counts.length;
  });
}
