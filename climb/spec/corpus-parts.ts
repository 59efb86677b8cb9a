import * as z from 'zod/mini';
import { count, part, text } from './fields.ts';

/** The search file's first half: what text there is, and how it becomes a domain set. */

export const formatField = z
  .enum(['auto', 'jsonl', 'parquet', 'text'])
  .check(z.describe('by the names of the files, or one for all of them'));
export const textField = z
  .union([text('a field'), z.array(text('a field')).check(z.minLength(1), z.maxLength(16))])
  .check(z.describe('the field that holds the text, or several whose texts are joined; "a.b" is field b of field a'));
export const idField = z.optional(text('a field that names the document; by default its name is a hash of its text'));
const labelField = z.optional(
  text('a field with the known domain: scores the clustering in the report, never used by the search'),
);
export const corpusPath = text(
  "a file, a folder or a glob of .jsonl, .jsonl.gz, .jsonl.zst, .parquet or plain text; relative paths count from the worker's first allowed root",
);

export const corpusPart = z.strictObject({
  path: z.optional(corpusPath),
  sources: z.optional(
    z
      .array(
        z.strictObject({
          name: text('what the source is called in manifests and reports'),
          path: corpusPath,
          format: z.optional(formatField),
          textField: z.optional(textField),
          idField,
          labelField,
        }),
      )
      .check(
        z.minLength(1),
        z.maxLength(256),
        z.describe('several places instead of one path; what a source leaves out is as the corpus says'),
      ),
  ),
  format: z._default(formatField, 'auto'),
  textField: z._default(textField, 'text'),
  idField,
  labelField,
  strict: z._default(
    z.boolean().check(z.describe('a bad document ends the search instead of being skipped and counted')),
    false,
  ),
  maxCharacters: z._default(
    count(200, 10_000_000, 'a longer document is split, at a paragraph where it can be'),
    100_000,
  ),
  nearDuplicates: z._default(
    z.boolean().check(z.describe('drop documents that share most of their word 5-grams with an earlier one (MinHash)')),
    false,
  ),
  heldOut: z._default(
    z
      .number()
      .check(
        z.minimum(0),
        z.maximum(0.5),
        z.describe('share of the documents, chosen by hash, that is kept out of clusters and training'),
      ),
    0,
  ),
  decontaminate: z._default(
    z.boolean().check(z.describe('drop documents that share 13 words in a row with an item of a task')),
    true,
  ),
});

export const embeddingPart = part({
  kind: z._default(z.enum(['lsa', 'endpoint', 'hf-inference', 'precomputed']), 'lsa'),
  dimensions: z.optional(count(2, 1024, 'lsa: length of an embedding, 128 by default')),
  endpoint: z.optional(text('endpoint: a profile configured on the worker, "default" by default')),
  model: z.optional(
    z
      .string()
      .check(
        z.regex(/^[\w.-]+(\/[\w.-]+)?$/),
        z.maxLength(256),
        z.describe('hf-inference: the name of an embedding model, such as "intfloat/multilingual-e5-large"'),
      ),
  ),
  field: z.optional(text('precomputed: the field that holds the vector, a list of numbers')),
  path: z.optional(
    text('precomputed: a .npy file below an allowed root, float32, a row for each record of the corpus'),
  ),
});

const threshold = z.number().check(z.minimum(0), z.maximum(1e9));

const qualityPart = z.strictObject({
  kind: z
    .enum(['heuristics', 'endpoint', 'field'])
    .check(z.describe('published rules, a classifier behind an endpoint, or fields of the documents')),
  endpoint: z.optional(text('endpoint: a profile configured on the worker, "default" by default')),
  raw: z.optional(
    z
      .boolean()
      .check(z.describe('endpoint: scores as the model gives them instead of probabilities, such as fineweb-edu')),
  ),
  scale: z.optional(
    z.number().check(z.positive(), z.describe('endpoint: scores are multiplied by it, 5 makes probabilities 0 to 5')),
  ),
  fields: z.optional(
    z.record(z.string(), text('a field')).check(z.describe('field: axis → the field that holds its score, a number')),
  ),
  prune: z.optional(
    z
      .union([z.enum(['paper', 'recipe']), z.record(z.string(), threshold)])
      .check(z.describe('least mean of a cluster, by axis or as published; a cluster under any is dropped')),
  ),
});

export const clustersPart = part({
  field: z.optional(
    text('known domains instead of clusters: the field that names them, or "source"; nothing is embedded then'),
  ),
  initial: z.optional(
    count(2, 65_534, 'K of k-means, before merging; by default a fiftieth of the documents, 1000 at most'),
  ),
  quality: z.optional(qualityPart),
  merge: part({
    method: z._default(
      z.enum(['ward', 'centroid']).check(z.describe("Ward's linkage of the centroids, or their plain distance")),
      'ward',
    ),
    target: z.optional(count(2, 1000, 'clusters after merging: the axes of the search; 16 by default')),
    threshold: z.optional(
      z.number().check(z.positive(), z.describe('merge what is nearer than this, instead of to a target')),
    ),
    weighted: z._default(
      z.boolean().check(z.describe('a cluster counts by its documents when it is merged, instead of once')),
      false,
    ),
    minimumTokens: z.optional(
      count(
        1,
        Number.MAX_SAFE_INTEGER,
        'a smaller cluster joins its nearest neighbour; by default what a uniform mixture needs of each',
      ),
    ),
  }),
});
