import { letters } from '../words.ts';

/** Shares of a text's lines; blank ones don't count. Where there is no line, all are 0. */
export type LineMeasures = {
  readonly lines: number;
  readonly endingInPunctuation: number;
  readonly endingInEllipsis: number;
  readonly bullets: number;
  /** Under 30 characters. */
  readonly short: number;
  /** Of lines that hold a letter or a digit: closing brackets and rules are no repetition. */
  readonly duplicateLines: number;
  readonly duplicateParagraphs: number;
  /** Of characters instead of lines. */
  readonly duplicateLineCharacters: number;
  readonly duplicateParagraphCharacters: number;
};

const shortLine = 30;

/** What ends a sentence, quotes and brackets after it included; the full-width marks are those of CJK. */
const punctuation = new Set('.!?"\'”’»…。！？」』');
const bullets = new Set('-*•‣▪●○◦·–');

/** The lines of a text by form and by repetition (Rae et al. 2021, A.1.1; Penedo et al. 2024, 3.6). */
export function lineMeasures(text: string): LineMeasures {
  const lines = text.split('\n').map((line) => line.trim());
  const full = lines.filter((line) => line !== '');
  const share = (is: (line: string) => boolean) => full.filter(is).length / Math.max(1, full.length);
  const told = repetition(full.filter(hasWord));
  const paragraphs = repetition(paragraphsOf(lines));
  return {
    lines: full.length,
    endingInPunctuation: share((line) => punctuation.has(line.at(-1)!)),
    endingInEllipsis: share((line) => line.endsWith('…') || line.endsWith('...')),
    bullets: share((line) => bullets.has(line[0]!)),
    short: share((line) => line.length < shortLine),
    duplicateLines: told.parts,
    duplicateLineCharacters: told.characters,
    duplicateParagraphs: paragraphs.parts,
    duplicateParagraphCharacters: paragraphs.characters,
  };
}

function hasWord(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (letters[unit] !== 0 || (unit >= 48 && unit <= 57)) return true;
  }
  return false;
}

/** Lines up to a blank one. */
function paragraphsOf(lines: readonly string[]): string[] {
  const paragraphs: string[] = [];
  let open: string[] = [];
  for (const line of [...lines, '']) {
    if (line !== '') open.push(line);
    else if (open.length > 0) {
      paragraphs.push(open.join('\n'));
      open = [];
    }
  }
  return paragraphs.filter(hasWord);
}

/** Shares, by number and by characters, of the parts that stood there before. */
function repetition(parts: readonly string[]): { parts: number; characters: number } {
  const seen = new Set<string>();
  let repeated = 0;
  let characters = 0;
  let all = 0;
  for (const part of parts) {
    all += part.length;
    if (seen.has(part)) {
      repeated++;
      characters += part.length;
    } else seen.add(part);
  }
  return { parts: repeated / Math.max(1, parts.length), characters: characters / Math.max(1, all) };
}
