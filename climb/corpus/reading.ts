import type { SearchSpec } from '../spec/search-file.ts';

/** What a document is made of, besides its record: the same record under the same rules is the same document. */
export type ReadingRules = {
  /** Joined by a blank line where there are several. A dotted name is a path where no field is called so. */
  readonly textFields: readonly string[];
  readonly idField: string | null;
  readonly labelField: string | null;
  /** Known domains; `source` is the source's name where a record has no such field. */
  readonly domainField: string | null;
  readonly vectorField: string | null;
  /** Axis → field that holds its score. */
  readonly scoreFields: Readonly<Record<string, string>>;
  /** A longer document is split. */
  readonly maxCharacters: number;
  /** Share of documents kept out, by hash. */
  readonly heldOut: number;
  readonly nearDuplicates: boolean;
  /** Whether shards say which records their documents were: vectors in a file beside the corpus are found by it. */
  readonly rowNumbers: boolean;
};

export type CorpusFormat = SearchSpec['corpus']['format'];

/** A place where documents lie. */
export type Source = {
  /** Null where the corpus is one path. */
  readonly name: string | null;
  readonly path: string;
  readonly format: CorpusFormat;
  readonly rules: ReadingRules;
  /** Where the search file says it: `corpus` or `corpus.sources.2`. */
  readonly field: string;
};

/** The sources of a search file, what a source leaves out filled in by the corpus, in the file's order. */
export function sourcesOf({
  corpus,
  clusters,
  embedding,
}: Pick<SearchSpec, 'corpus' | 'clusters' | 'embedding'>): Source[] {
  const { maxCharacters, heldOut, nearDuplicates } = corpus;
  const common = {
    domainField: clusters.field ?? null,
    vectorField: embedding.kind === 'precomputed' ? (embedding.field ?? null) : null,
    scoreFields: clusters.quality?.fields ?? {},
    maxCharacters,
    heldOut,
    nearDuplicates,
    rowNumbers: embedding.kind === 'precomputed' && embedding.path !== undefined,
  };
  type Given = Partial<NonNullable<SearchSpec['corpus']['sources']>[number]>;
  const given: readonly Given[] = corpus.sources ?? [{}];
  return given.map(({ name, path, format, textField, idField, labelField }, at) => {
    const text = textField ?? corpus.textField;
    return {
      name: name ?? null,
      path: path ?? corpus.path ?? '',
      format: format ?? corpus.format,
      field: corpus.sources === undefined ? 'corpus' : `corpus.sources.${at}`,
      rules: {
        ...common,
        textFields: typeof text === 'string' ? [text] : text,
        idField: idField ?? corpus.idField ?? null,
        labelField: labelField ?? corpus.labelField ?? null,
      },
    };
  });
}
