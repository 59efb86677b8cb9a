import * as z from 'zod/mini';
import { InvalidInput } from '../problem.ts';
import { parse } from '../schema-problems.ts';
import {
  clustersPart,
  corpusPart,
  corpusPath,
  embeddingPart,
  formatField,
  idField,
  textField,
} from './corpus-parts.ts';
import { count, text } from './fields.ts';

/** What the workflow `assignDomains` is started with: a frozen domain set, and files that it is applied to. */

const format = z.optional(formatField);
const fields = { format, textField: z.optional(textField), idField };

const ref = z.strictObject({
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/), z.describe('lower-case hex')),
  bytes: count(0, Number.MAX_SAFE_INTEGER, 'size of the file'),
});

const assignInput = z.strictObject({
  search: z.optional(text('the workflow id of the search that made the domain set')),
  domainSet: z.optional(ref),
  corpus: z.strictObject({
    path: z.optional(corpusPath),
    sources: z.optional(
      z
        .array(
          z.strictObject({
            name: text('as a source of the search to be read as that one is'),
            path: corpusPath,
            ...fields,
          }),
        )
        .check(z.minLength(1), z.maxLength(2000)),
    ),
    ...fields,
  }),
  concurrency: z._default(count(1, 256, 'files at once'), 4),
});

/** As a person writes it. */
export type AssignFile = z.input<typeof assignInput>;
export type AssignInput = z.output<typeof assignInput>;

/** @throws InvalidInput with every problem */
export function parseAssignInput(value: unknown): AssignInput {
  const what = 'the input of assignDomains';
  const input = parse(assignInput, value, what);
  const either = (path: string, one: string, other: string, both: boolean) => ({
    path,
    message: `got ${both ? 'both' : 'neither'} ${one} ${both ? 'and' : 'nor'} ${other}; one of them says it; give one`,
  });
  const problems = [];
  const { search, domainSet, corpus } = input;
  if ((search === undefined) === (domainSet === undefined)) {
    problems.push(either('search', 'search', 'domainSet', search !== undefined));
  }
  if ((corpus.path === undefined) === (corpus.sources === undefined)) {
    problems.push(either('corpus.path', 'corpus.path', 'corpus.sources', corpus.path !== undefined));
  }
  if (problems.length > 0) throw new InvalidInput(what, problems);
  return input;
}

const frozenDomainSet = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('frozen-domain-set'),
  domainSet: ref,
  reading: z.strictObject({ corpus: corpusPart, clusters: clustersPart, embedding: embeddingPart }),
});

/** `domain-set.json` of a search: its domain set, and how the documents in it were read. */
export type FrozenDomainSet = z.output<typeof frozenDomainSet>;

/** @throws InvalidInput for a file that isn't what a search wrote */
export function parseFrozenDomainSet(value: unknown, file: string): FrozenDomainSet {
  return parse(frozenDomainSet, value, file);
}

/** How documents are read where nobody says how those of the domain set were: as in the shortest search file. */
export function unknownReading(): FrozenDomainSet['reading'] {
  return parse(frozenDomainSet.shape.reading, { corpus: {}, clusters: {}, embedding: {} }, 'the defaults');
}
