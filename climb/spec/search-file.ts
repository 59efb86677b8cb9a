import * as z from 'zod/mini';
import { branchPart } from './branch-part.ts';
import { clustersPart, corpusPart, embeddingPart } from './corpus-parts.ts';
import { count, part, shapeField, text, trainingTokens } from './fields.ts';
import { gatesPart } from './gates.ts';
import { moneyPart } from './money-part.ts';
import { objectivePart } from './objective-part.ts';
import { presetNames } from './proxy-presets.ts';
import { constraintsPart, searchPart } from './search-part.ts';
import { library } from './task-list.ts';
import { verifyPart } from './verify-part.ts';

/**
 * The search file: the one argument of the workflow `climbSearch` and all that a search depends on. This schema is
 * its documentation (`describe`), its validator and the source of `search.schema.json` for editors.
 */

const searchFile = z.strictObject({
  $schema: z.optional(text('where an editor finds the schema of this file')),
  version: z.literal(1).check(z.describe('the form of this file; there is one so far')),
  seed: z._default(
    count(0, Number.MAX_SAFE_INTEGER, 'every draw of the search follows from it: the same file gives the same recipe'),
    7,
  ),
  branchFrom: branchPart,
  corpus: corpusPart,
  embedding: embeddingPart,
  clusters: clustersPart,
  tasks: library('piqa', 'arc_easy', 'hellaswag'),
  report: part({ tasks: library('sciq', 'openbookqa', 'csqa') }),
  objective: objectivePart,
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
  search: searchPart,
  constraints: constraintsPart,
  budget: z.strictObject({
    proxies: count(1, 100_000, 'proxies in all: search and verification together'),
    trainTokens: z.optional(count(1, Number.MAX_SAFE_INTEGER, 'training tokens in all')),
    deviceHours: z.optional(z.number().check(z.positive(), z.describe('hours of one core or one device, in all'))),
    deadline: z.optional(
      z.iso
        .datetime({ offset: true })
        .check(z.describe('when the search ends, with its time zone: 2030-01-31T18:00:00Z')),
    ),
    money: moneyPart,
    concurrency: z._default(count(1, 2000, 'proxies in flight at once'), 8),
  }),
  verify: verifyPart,
  gates: gatesPart,
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
