import { ApplicationFailure } from '@temporalio/activity';
import type { ReadingTally } from '../../climb/corpus/reading-tally.ts';
import type { Source } from '../../climb/corpus/reading.ts';
import { count } from '../../climb/markdown.ts';
import { fieldAtFault } from '../../climb/corpus/field-uses.ts';
import type { HashedCorpusFile } from '../../adapters/corpus-reader.ts';

/** Corpora that were read and can't be used: each as a failure that isn't tried again. */

export const badCorpus = (message: string) => ApplicationFailure.nonRetryable(message, 'BadCorpus');

/** The first bad document of a strict corpus. */
export function refuseBad({ bad: [first] }: ReadingTally, files: readonly HashedCorpusFile[]): void {
  if (first === undefined) return;
  throw badCorpus(
    `${files[first.file]?.path} line ${first.line}: ${first.reason}; a strict corpus has no bad documents; mend the line, or say "strict": false to skip and count such lines`,
  );
}

/**
 * A file that is of no use at all is a mistake of somebody's rather than noise. Only in a folder of plain text, where a
 * file is a document, may one of them be bad.
 */
export function refuseUseless(
  tally: ReadingTally,
  files: readonly HashedCorpusFile[],
  sources: readonly Source[],
): void {
  for (const [at, { records, documents, firstBad }] of tally.files.entries()) {
    const { path, bytes, format, source } = files[at] as HashedCorpusFile;
    if (documents > 0 || format === 'text') continue;
    const { expected, where } = fieldAtFault(sources[source] as Source, firstBad?.reason);
    const found =
      firstBad === null
        ? `found no record in ${count(bytes, 'byte')}`
        : `found ${count(records, 'bad record')} and no other, the first (line ${firstBad.line}): ${firstBad.reason}`;
    throw badCorpus(
      `${path} holds no document: expected ${expected} of its records, ${found}; the corpus would lack the whole file; try ${where}, a source of its own for files of another schema, or take the file away`,
    );
  }
}

/** A corpus of which nothing is left. */
export function refuseEmpty(
  tally: ReadingTally,
  files: readonly HashedCorpusFile[],
  sources: readonly Source[],
  { same, near, heldOut }: { same: number; near: number; heldOut: number },
): ApplicationFailure {
  const places = sources.map(({ path }) => path).join(', ');
  const first = tally.bad[0] && `${files[tally.bad[0].file]?.path} line ${tally.bad[0].line}: ${tally.bad[0].reason}`;
  if (tally.documents === 0) {
    return badCorpus(
      `${places} holds no document: got ${count(tally.badCount, 'record')} without usable text in the field ${quoted(sources[0]?.rules.textFields ?? [])}, the first: ${first ?? 'none'}; there is nothing to search over; try corpus.textField`,
    );
  }
  return badCorpus(
    `nothing is left of ${count(tally.documents, 'document')} of ${places}: ${same + near} say what an earlier one says, ${tally.contaminatedCount} hold items of tasks, ${heldOut} are held out; there is nothing to search over; try more documents, or a smaller corpus.heldOut`,
  );
}

const quoted = (fields: readonly string[]) => fields.map((field) => `"${field}"`).join(' or ');
