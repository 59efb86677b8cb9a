import type { DocumentKind } from '../corpus-artifacts.ts';
import { documentKind } from './document-kind.ts';
import { heuristicAxes } from './heuristic-axes.ts';
import { lineMeasures, type LineMeasures } from './line-measures.ts';
import { proseMeasures, type ProseMeasures } from './prose-measures.ts';
import { repeatedGrams, type GramShares } from './repeated-grams.ts';
import { wordRuns } from './word-runs.ts';

/**
 * A published rule. The measured value scores 2.5 at the published threshold and 5 at `best`, on a straight line through
 * both that ends at 0 and 5; `best` is ours: none of it for a rule against something, and what good prose has for others.
 */
export type Rule<Measures> = {
  readonly axis: string;
  readonly of: (measures: Measures) => number;
  readonly threshold: number;
  readonly best: number;
};

/** Rae et al. 2021 ("Gopher"), A.1.1; Raffel et al. 2020 ("C4"), 2.2; Penedo et al. 2024 ("FineWeb"), 3.6. */
const englishRules: readonly Rule<ProseMeasures & LineMeasures>[] = [
  // Gopher: 50 to 100,000 words. C4: fewer than three sentences.
  { axis: 'length', of: ({ words }) => words, threshold: 50, best: 100 },
  { axis: 'length', of: ({ words }) => words, threshold: 100_000, best: 50_000 },
  { axis: 'length', of: ({ sentences }) => sentences, threshold: 3, best: 6 },
  // Gopher: a mean word length of 3 to 10 characters.
  { axis: 'wordLength', of: ({ meanWordLength }) => meanWordLength, threshold: 3, best: 4 },
  { axis: 'wordLength', of: ({ meanWordLength }) => meanWordLength, threshold: 10, best: 6 },
  // Gopher: two of the, be, to, of, and, that, have, with.
  { axis: 'stopWords', of: ({ stopWords }) => stopWords, threshold: 2, best: 4 },
  // Gopher: a tenth of a hash or an ellipsis for each word; four words in five hold a letter.
  { axis: 'symbols', of: ({ hashes }) => hashes, threshold: 0.1, best: 0 },
  { axis: 'symbols', of: ({ ellipses }) => ellipses, threshold: 0.1, best: 0 },
  { axis: 'symbols', of: ({ alphabetic }) => alphabetic, threshold: 0.8, best: 1 },
  // FineWeb: .12 of the lines end in punctuation, for C4's rule that every line must. Gopher: .3 end in an ellipsis.
  { axis: 'lineEnds', of: ({ endingInPunctuation }) => endingInPunctuation, threshold: 0.12, best: 0.24 },
  { axis: 'lineEnds', of: ({ endingInEllipsis }) => endingInEllipsis, threshold: 0.3, best: 0 },
  // Gopher: .9 of the lines begin with a bullet. FineWeb: .67 have under 30 characters.
  { axis: 'lists', of: ({ bullets }) => bullets, threshold: 0.9, best: 0 },
  { axis: 'lists', of: ({ short }) => short, threshold: 0.67, best: 0 },
  // C4 leaves out whatever holds any; one in a hundred words is how this becomes a share.
  { axis: 'boilerplate', of: ({ boilerplate }) => boilerplate, threshold: 1, best: 0 },
];

/** Gopher, table A1; a tenth of the characters in duplicate lines is FineWeb's, where Gopher has .2. */
const lineRepetition: readonly Rule<LineMeasures>[] = [
  { axis: 'repetition', of: ({ duplicateLines }) => duplicateLines, threshold: 0.3, best: 0 },
  { axis: 'repetition', of: ({ duplicateParagraphs }) => duplicateParagraphs, threshold: 0.3, best: 0 },
  { axis: 'repetition', of: ({ duplicateLineCharacters }) => duplicateLineCharacters, threshold: 0.1, best: 0 },
  {
    axis: 'repetition',
    of: ({ duplicateParagraphCharacters }) => duplicateParagraphCharacters,
    threshold: 0.2,
    best: 0,
  },
];

/** Gopher, table A1: the most frequent n-gram of 2 to 4 words, and all duplicate n-grams of 5 to 10 words. */
const gramRepetition: readonly Rule<GramShares>[] = [
  ...[0.2, 0.18, 0.16].map((threshold, at) => ({
    axis: 'repetition',
    of: ({ top }: GramShares) => top[at]!,
    threshold,
    best: 0,
  })),
  ...[0.15, 0.14, 0.13, 0.12, 0.11, 0.1].map((threshold, at) => ({
    axis: 'repetition',
    of: ({ repeated }: GramShares) => repeated[at]!,
    threshold,
    best: 0,
  })),
];

/** Axes that a kind is judged on: rules for English prose say nothing about what isn't English prose. */
export function axesOf(kind: DocumentKind): readonly string[] {
  return kind === 'english' ? heuristicAxes : ['repetition'];
}

/** @returns 0 to 5 */
export function graded(value: number, { threshold, best }: Pick<Rule<never>, 'threshold' | 'best'>): number {
  return Math.min(5, Math.max(0, 2.5 + (2.5 * (value - threshold)) / (best - threshold)));
}

/**
 * Scores of a document by `heuristicAxes`, 0 to 5, 5 is good: of an axis' rules the worst. NaN where an axis doesn't
 * apply to the kind of document. Repeated words in a row are looked for in prose only: programs and records repeat
 * themselves by their nature, so there only whole lines and paragraphs count.
 */
export function scoreText(text: string): { kind: DocumentKind; scores: number[] } {
  const words = wordRuns(text);
  const kind = documentKind(text, words);
  const worst = new Map<string, number>();
  const judge = <Measures>(rules: readonly Rule<Measures>[], measures: Measures) => {
    for (const rule of rules) {
      const score = graded(rule.of(measures), rule);
      worst.set(rule.axis, Math.min(worst.get(rule.axis) ?? 5, score));
    }
  };
  const lines = lineMeasures(text);
  judge(lineRepetition, lines);
  if (kind === 'english' || kind === 'other-language') {
    judge(gramRepetition, repeatedGrams(words));
    if (kind === 'english') judge(englishRules, { ...lines, ...proseMeasures(text, words) });
  }
  return { kind, scores: heuristicAxes.map((axis) => worst.get(axis) ?? NaN) };
}
