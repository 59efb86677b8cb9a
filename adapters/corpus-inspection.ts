import type { BadDocument } from '../climb/corpus/corpus-artifacts.ts';
import { parseRecord, textId, valueAt } from '../climb/corpus/parse-record.ts';
import type { Source } from '../climb/corpus/reading.ts';
import { count } from '../climb/markdown.ts';
import { BadCorpus } from './bad-corpus.ts';
import type { CorpusFile } from './corpus-files.ts';
import { fieldAtFault, fieldUses, type FieldUse } from '../climb/corpus/field-uses.ts';
import type { RawLine } from './line-splitter.ts';
import { openParquet } from './parquet-file.ts';

/** How much of each file is looked at: as many records or, as soon as there is one, as many bytes. */
const beginning = { records: 100, bytes: 2 ** 20 };

export type Inspection = {
  /** A bad document is a reason to refuse. */
  readonly strict: boolean;
  /** Different documents that are needed. */
  readonly least: number;
};

/** What the looking showed beyond refusals. */
export type Inspected = {
  /** Records at the beginnings of the files. */
  readonly records: number;
  /** Of these. */
  readonly bad: number;
  readonly firstBad: BadDocument | null;
  /** Sources, by index, none of whose documents there has a name in its label field. */
  readonly unlabelled: readonly number[];
};

type Tally = { records: number; bad: number; firstBad: BadDocument | null; labels: Map<number, number> };

type Lines = (file: CorpusFile, source: Source) => AsyncIterable<Iterable<RawLine>>;

/**
 * Looks at a corpus before anything is paid for: the beginning of each file has the fields that are to be read, in the
 * types of the others of its source, none is empty, and there are enough different documents, for which only as much
 * is read as it takes.
 * @throws BadCorpus
 */
export async function inspectCorpus(
  files: readonly CorpusFile[],
  sources: readonly Source[],
  lines: Lines,
  { strict, least }: Inspection,
): Promise<Inspected> {
  const seen = new Set<string>();
  const tally: Tally = { records: 0, bad: 0, firstBad: null, labels: new Map() };
  await refuseMixedColumns(files, sources);
  for (const file of files) {
    if (file.format === 'text' && seen.size >= least) continue;
    await inspectBeginning(file, sources[file.source]!, lines, { strict, least }, seen, tally);
  }
  for (const file of files) {
    if (seen.size >= least) break;
    const source = sources[file.source]!;
    for await (const { parsed } of recordsOf(file, source, lines, strict)) {
      if ('record' in parsed && seen.add(textId(parsed.record.hash)).size >= least) break;
    }
  }
  if (seen.size < least) {
    const [first] = sources;
    const one = sources.length === 1 && first !== undefined;
    const fields = [...new Set(sources.flatMap(({ rules }) => rules.textFields))].map((field) => `"${field}"`);
    throw new BadCorpus(
      one ? `${first.field}.path` : 'corpus.sources',
      `${one ? first.path : 'the corpus'} holds ${seen.size} different documents with text in the field ${fields.join(' or ')}, but ${least} are needed: each cluster needs one at least; try corpus.textField, more documents, or a smaller clusters.initial`,
    );
  }
  const { records, bad, firstBad, labels } = tally;
  const unlabelled = [...labels].flatMap(([source, labelled]) =>
    labelled === 0 && sources[source]?.rules.labelField !== null ? [source] : [],
  );
  return { records, bad, firstBad, unlabelled };
}

type Parsed = NonNullable<ReturnType<typeof parseRecord>>;

/** @throws BadCorpus for the first bad document of a strict corpus */
async function* recordsOf(
  file: CorpusFile,
  source: Source,
  lines: Lines,
  strict: boolean,
): AsyncGenerator<{ line: RawLine; number: number; parsed: Parsed }> {
  let number = 0;
  for await (const batch of lines(file, source)) {
    for (const line of batch) {
      number++;
      const parsed = line instanceof Uint8Array ? parseRecord(line, source.rules, source.name) : line;
      if (parsed === undefined) continue;
      if ('bad' in parsed && strict) {
        throw new BadCorpus(
          'corpus.strict',
          `${file.path} line ${number}: ${parsed.bad}; a strict corpus has no bad documents; mend the line, or say "strict": false to skip and count such lines`,
        );
      }
      yield { line, number, parsed };
    }
  }
}

async function inspectBeginning(
  file: CorpusFile,
  source: Source,
  lines: Lines,
  { strict, least }: Inspection,
  seen: Set<string>,
  tally: Tally,
): Promise<void> {
  const missing = new Set(fieldUses(source).filter(({ optional }) => !optional));
  let [records, bytes] = [0, 0];
  let example: object | undefined;
  let [documents, firstBad, whole] = [0, undefined as BadDocument | undefined, true];
  for await (const { line, number, parsed } of recordsOf(file, source, lines, strict)) {
    records++;
    if (line instanceof Uint8Array) bytes += line.length;
    tally.records++;
    if ('record' in parsed) {
      missing.clear();
      documents++;
      const labelled = parsed.record.label === undefined ? 0 : 1;
      tally.labels.set(file.source, (tally.labels.get(file.source) ?? 0) + labelled);
      if (seen.size < least) seen.add(textId(parsed.record.hash));
    } else {
      firstBad ??= { file: file.path, line: number, reason: parsed.bad };
      tally.firstBad ??= firstBad;
      tally.bad++;
      const record = objectOf(line);
      if (record !== undefined) for (const use of missing) if (isThere(record, use)) missing.delete(use);
      example ??= record;
    }
    if (records >= beginning.records || bytes >= beginning.bytes) {
      whole = false;
      break;
    }
  }
  if (records === 0) {
    throw new BadCorpus(
      `${source.field}.path`,
      `${file.path} is empty (${file.bytes} bytes, no record): it may have been cut short when it was copied; copy it again, remove it, or leave it out by a glob such as dir/!(name).jsonl`,
    );
  }
  if (documents > 0 || file.format === 'text' || firstBad === undefined) return;
  const [use] = missing;
  if (example === undefined || use === undefined) {
    // Behind a beginning of the right schema there may be documents; behind one that can't be read there hardly are.
    if (example !== undefined && !whole) return;
    const { where } = fieldAtFault(source, firstBad.reason);
    throw new BadCorpus(
      example === undefined ? `${source.field}.path` : where,
      `${file.path}: none of its first ${count(records, 'record')} is a document, the first (line ${firstBad.line}): ${firstBad.reason}; the corpus would lack the whole file; try ${example === undefined ? `${source.field}.format` : where}, or leave the file out by a glob such as dir/!(name).jsonl`,
    );
  }
  throw new BadCorpus(
    use.where,
    `${file.path}: none of its first ${count(records, 'record')} has ${use.fields.map((name) => `"${name}"`).join(' or ')} as ${expected[use.kind]}; found ${fieldsOf(example)}; name the field that it has, or take the file out`,
  );
}

const expected: Record<FieldUse['kind'], string> = {
  text: 'a string',
  name: 'a string or a number',
  number: 'a number',
  vector: 'a list of numbers',
};

function isThere(record: object, { fields, kind }: FieldUse): boolean {
  return fields.some((field) => {
    const value = valueAt(record, field);
    switch (kind) {
      case 'text':
        return typeof value === 'string';
      case 'name':
        return ['string', 'number', 'boolean'].includes(typeof value);
      case 'number':
        return typeof value === 'number';
      case 'vector':
        return Array.isArray(value);
    }
  });
}

function objectOf(line: RawLine): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line as Uint8Array).toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const shownFields = 12;
const shownName = 40;

/** Names and types of a record's fields, never what is in them. */
function fieldsOf(record: object): string {
  const fields = Object.entries(record);
  if (fields.length === 0) return 'no field';
  const some = fields.slice(0, shownFields).map(([name, value]) => {
    const type = Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
    return `${JSON.stringify(name.length > shownName ? `${name.slice(0, shownName)}…` : name)} (${type})`;
  });
  return some.join(', ') + (fields.length > shownFields ? ` and ${fields.length - shownFields} more` : '');
}

/** The columns that are read must be the same in all Parquet files of a source: others are nobody's concern. */
async function refuseMixedColumns(files: readonly CorpusFile[], sources: readonly Source[]): Promise<void> {
  const firsts = new Map<number, { path: string; columns: string }>();
  for (const file of files) {
    if (file.format !== 'parquet') continue;
    const source = sources[file.source]!;
    const { rows, columns: used } = await openParquet(file, source);
    rows.close();
    const columns = used.map(({ field, type }) => `"${field}" ${type}`).join(', ');
    const first = firsts.get(file.source);
    if (first === undefined) firsts.set(file.source, { path: file.path, columns });
    else if (first.columns !== columns) {
      throw new BadCorpus(
        `${source.field}.path`,
        `${file.path} has other columns than ${first.path}: expected ${first.columns}, found ${columns}; records of one source have the same fields, so convert one of the files, or make them two of corpus.sources`,
      );
    }
  }
}
