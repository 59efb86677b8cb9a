import * as z from 'zod/mini';
import { clustersPart, corpusPart, embeddingPart } from './corpus-parts.ts';
import { count, part, share, text } from './fields.ts';
import { proxyPresets, type ProxyPresetName } from './proxy-presets.ts';

/**
 * The search file: the one argument of the workflow `climbSearch` and all that a search depends on. This schema is
 * its documentation (`describe`), its validator and the source of `search.schema.json` for editors.
 */

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
  corpus: corpusPart,
  embedding: embeddingPart,
  clusters: clustersPart,
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
    tokenizer: z.optional(
      text(
        'a tokenizer.json below an allowed root, best that of the target model; by default one is trained on the corpus',
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
