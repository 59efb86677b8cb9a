import * as z from 'zod/mini';
import { proxyPresets, type ProxyPresetName } from './proxy-presets.ts';

/**
 * The search file: the one argument of the workflow `climbSearch` and all that a search depends on. This schema is
 * its documentation (`describe`), its validator and the source of `search.schema.json` for editors.
 */

const count = (minimum: number, maximum: number, description: string) =>
  z.int().check(z.minimum(minimum), z.maximum(maximum), z.describe(description));
const share = (description: string) => z.number().check(z.minimum(0), z.maximum(1), z.describe(description));
const text = (description: string) => z.string().check(z.minLength(1), z.maxLength(4096), z.describe(description));

/** A part of the file that may be left out: then every field in it has its default. */
const part = <Shape extends z.core.$ZodShape>(shape: Shape) => z.prefault(z.strictObject(shape), {} as never);

const task = z.strictObject({
  name: text('a task of the evaluation library such as "piqa", or any name beside `path`'),
  split: z._default(z.enum(['validation', 'test']), 'validation'),
  path: z.optional(
    text(
      'your own items, .jsonl or .jsonl.gz below an allowed root: {query, choices, gold}, or {text}, or OLMES requests',
    ),
  ),
  metric: z._default(z.enum(['bitsPerByte', 'accuracy', 'accuracyNorm']), 'bitsPerByte'),
  weight: z._default(
    z.number().check(z.positive(), z.maximum(1e6), z.describe('share of this task in the objective, any scale')),
    1,
  ),
  items: z.optional(count(10, 1_000_000, 'use this many items, spread evenly over the task, instead of all')),
});

const taskList = z.array(task).check(z.minLength(1), z.maxLength(64));
const library = (...names: string[]) =>
  z.prefault(
    taskList,
    names.map((name) => ({ name })),
  );

const shapeField = {
  width: count(8, 16_384, 'model width'),
  layers: count(1, 256, 'transformer blocks'),
  heads: count(1, 256, 'attention heads; divides the width'),
};
const trainingTokens = (description: string) => count(1, Number.MAX_SAFE_INTEGER, description);

const presetNames = Object.keys(proxyPresets) as [ProxyPresetName, ...ProxyPresetName[]];

const searchFile = z.strictObject({
  $schema: z.optional(text('where an editor finds the schema of this file')),
  version: z.literal(1),
  seed: z._default(
    count(0, Number.MAX_SAFE_INTEGER, 'every draw of the search follows from it: the same file gives the same recipe'),
    7,
  ),
  corpus: z.strictObject({
    path: text(
      "a JSONL file (.jsonl, .jsonl.gz) or a folder of them; relative paths count from the worker's first allowed root",
    ),
    format: z._default(z.enum(['auto', 'jsonl']), 'auto'),
    textField: z._default(text('the field that holds the text'), 'text'),
    labelField: z.optional(
      text('a field with the known domain: scores the clustering in the report, never used by the search'),
    ),
    strict: z._default(
      z.boolean().check(z.describe('a bad document ends the search instead of being skipped and counted')),
      false,
    ),
  }),
  embedding: part({
    kind: z._default(z.enum(['lsa']), 'lsa'),
    dimensions: z._default(count(2, 1024, 'length of an embedding'), 128),
  }),
  clusters: part({
    initial: z._default(count(2, 65_534, 'K of k-means, before merging'), 64),
    merge: part({
      target: z._default(count(2, 1000, 'clusters after merging: the axes of the search'), 16),
      minimumTokens: z.optional(
        count(
          1,
          Number.MAX_SAFE_INTEGER,
          'a smaller cluster joins its nearest neighbour; by default what a uniform mixture needs of each',
        ),
      ),
    }),
  }),
  tasks: library('piqa', 'arc_easy', 'hellaswag'),
  report: part({ tasks: library('sciq', 'openbookqa', 'csqa') }),
  proxy: part({
    preset: z._default(z.enum(presetNames), 'cpu-demo'),
    trainer: z._default(text('a trainer profile configured on the worker'), 'default'),
    tokens: z.optional(trainingTokens('training tokens a proxy')),
    batch: z.optional(count(1, 65_536, 'sequences a step')),
    learningRate: z.optional(
      z
        .number()
        .check(z.positive(), z.maximum(1), z.describe('peak of the schedule; by default it follows from the width')),
    ),
    model: z.optional(
      z.strictObject({
        width: z.optional(shapeField.width),
        layers: z.optional(shapeField.layers),
        heads: z.optional(shapeField.heads),
        vocab: z.optional(count(257, 1_000_000, 'tokenizer vocabulary')),
        context: z.optional(count(8, 65_536, 'tokens a sequence')),
      }),
    ),
    warmStart: z.optional(
      z
        .union([
          z.strictObject({
            tokens: trainingTokens('training tokens of the trunk, on the corpus in its own proportions'),
          }),
          z.strictObject({
            checkpoint: text('safetensors of this very shape, as the trainer writes them, below an allowed root'),
            tokenizer: text('the tokenizer.json that it was trained with'),
          }),
        ])
        .check(
          z.describe(
            'what every proxy starts from: {tokens} trains one trunk first, {checkpoint, tokenizer} names one that is there',
          ),
        ),
    ),
    checkpointSeconds: z._default(count(1, 3600, 'at most this much training is lost in a crash'), 10),
  }),
  search: part({
    preset: z._default(z.enum(['default']), 'default'),
    first: z._default(count(2, 2000, 'mixtures of the first, space-filling batch'), 8),
    batch: z._default(count(1, 2000, 'mixtures an iteration afterwards'), 4),
    iterations: z.optional(count(1, 10_000, 'by default as many as the budget pays for')),
    candidates: z._default(count(100, 1_000_000, 'mixtures that the predictor ranks an iteration'), 8000),
  }),
  constraints: part({
    maxEpochs: z._default(
      z.number().check(z.positive(), z.maximum(1000), z.describe('no cluster is repeated more often than this')),
      4,
    ),
    bounds: z._default(
      z.record(
        z.string(),
        z.strictObject({ lower: z.optional(share('least weight')), upper: z.optional(share('greatest weight')) }),
      ),
      {},
    ),
  }),
  budget: z.strictObject({
    proxies: count(1, 100_000, 'proxies in all: search and verification together'),
    trainTokens: z.optional(count(1, Number.MAX_SAFE_INTEGER, 'training tokens in all')),
    deviceHours: z.optional(z.number().check(z.positive(), z.describe('hours of one core or one device, in all'))),
    deadline: z.optional(z.iso.datetime({ offset: true })),
    concurrency: z._default(count(1, 2000, 'proxies in flight at once'), 8),
  }),
  verify: part({
    candidates: z._default(count(1, 16, 'best mixtures to train again with fresh seeds'), 2),
    seeds: z._default(count(2, 32, 'fresh seeds for every candidate and baseline'), 2),
    baselines: z._default(z.array(z.enum(['uniform', 'proportional'])).check(z.minLength(1)), [
      'uniform',
      'proportional',
    ]),
    ladder: z.optional(
      z
        .array(
          z.strictObject({
            ...shapeField,
            heads: z.optional(shapeField.heads),
            tokens: z.optional(trainingTokens('training tokens a proxy; by default in proportion to the parameters')),
          }),
        )
        .check(
          z.minLength(1),
          z.maxLength(8),
          z.describe(
            'larger proxies on which all arms are trained again after verification: does what the small ones say hold?',
          ),
        ),
    ),
  }),
  target: part({
    tokens: z.optional(
      count(1, Number.MAX_SAFE_INTEGER, 'tokens of the run that the recipe is for; caps on repetition count there'),
    ),
  }),
});

/** The search file as a person writes it. */
export type SearchFile = z.input<typeof searchFile>;
/** The search file with every default filled in. */
export type SearchSpec = z.output<typeof searchFile>;
export type TaskSpec = SearchSpec['tasks'][number];

/** The schema itself, for `search.schema.json` and for hints. */
export const searchFileSchema = searchFile;
