import { count, number, percent } from '../markdown.ts';
import type { Exploration } from './exploration.ts';
import { plainText } from './markup.ts';

/** What of a corpus is in no cluster, in words: nobody chooses well among clusters without knowing what they lack. */

type Facts = Exploration['corpus'];

/** Bad records that are shown; `explore.json` has the first hundred. */
const shownBad = 3;

/** From this share of bad records on somebody named the wrong field rather than that the corpus has noise. */
const suspicious = 0.1;

/** Counts that aren't zero, such as `1 exact duplicate dropped`. */
export function leftOut(corpus: Facts): string[] {
  const { split, duplicates, nearDuplicates, contaminatedCount, badCount, heldOut } = corpus;
  const parts: readonly (readonly [number, string])[] = [
    [badCount, `${count(badCount, 'bad record')} skipped`],
    [duplicates, `${count(duplicates, 'exact duplicate')} dropped`],
    [nearDuplicates, `${count(nearDuplicates, 'near duplicate')} dropped`],
    [contaminatedCount, `${count(contaminatedCount, 'document')} with evaluation items dropped`],
    [heldOut, `${count(heldOut, 'document')} held out`],
    [split, `${count(split, 'document')} split at the length cap`],
  ];
  return parts.flatMap(([n, words]) => (n > 0 ? [words] : []));
}

/** The first bad records: file, line and reason. */
export const firstBad = ({ bad }: Pick<Facts, 'bad'>): string[] =>
  bad.slice(0, shownBad).map(({ file, line, reason }) => plainText(`${file} line ${number(line)}: ${reason}`));

/** Too many to be noise. */
export const manyBad = ({ records, badCount }: Pick<Facts, 'records' | 'badCount'>): boolean =>
  badCount > suspicious * records;

/** A warning where so much is bad that the corpus is hardly read as it was meant; undefined elsewhere. */
export function badWarning({ records, badCount }: Pick<Facts, 'records' | 'badCount'>): string | undefined {
  if (!manyBad({ records, badCount })) return undefined;
  return `warning: ${number(badCount)} of ${count(records, 'record')} (${percent(badCount / records)}) are bad and in no cluster. Try: corpus.textField and the other fields of the corpus, or mend the records`;
}
