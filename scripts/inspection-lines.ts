import type { Inspected } from '../adapters/corpus-inspection.ts';
import type { Source } from '../climb/corpus/reading.ts';
import { manyBad } from '../climb/explore/left-out.ts';
import { plainText } from '../climb/explore/markup.ts';
import { count, number } from '../climb/markdown.ts';

/** What the beginnings of a corpus' files showed that is no reason to refuse it, but may be a mistake. */
export function inspectionLines(
  { records, bad, firstBad, unlabelled }: Inspected,
  sources: readonly Source[],
): string[] {
  const unlabelledOnes = unlabelledLines(sources, unlabelled);
  if (firstBad === null) return unlabelledOnes;
  const { file, line, reason } = firstBad;
  const warning = manyBad({ records, badCount: bad }) ? 'warning: ' : '';
  const where = plainText(`${file} line ${number(line)}: ${reason}`);
  return [
    `${warning}${number(bad)} bad of the ${count(records, 'record')} looked at, at the beginnings of the files; the first: ${where}. Bad records are skipped.`,
    ...unlabelledOnes,
  ];
}

/** A warning for each label field, of the sources with these indexes, that no document has. */
export function unlabelledLines(sources: readonly Source[], indexes: Iterable<number>): string[] {
  const fields = [...indexes].flatMap((at) => sources[at]?.rules.labelField ?? []);
  return [...new Set(fields)].map(
    (field) =>
      `warning: no document looked at has a name in the field "${field}" (labelField), so nothing says how well clusters fit it. Try: another labelField, or none`,
  );
}
