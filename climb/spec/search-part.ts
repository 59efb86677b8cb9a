import * as z from 'zod/mini';
import { warmStartPart } from './evidence-part.ts';
import { count, part, share, text } from './fields.ts';

/** The parts `search` and `constraints` of the search file. */

const positive = (most: number, description: string) =>
  z.number().check(z.positive(), z.maximum(most), z.describe(description));

/** What is left out comes from the preset: `searchSettings` in search-presets.ts. */
export const searchPart = part({
  preset: z._default(
    z
      .enum(['default', 'paper', 'nemo-recipe'])
      .check(
        z.describe('paper: CLIMB as published, nemo-recipe: as in NeMo Curator; every other field here overrides it'),
      ),
    'default',
  ),
  first: z.optional(
    count(
      2,
      2000,
      'mixtures of the first, space-filling batch; by default 8, or a quarter of batch where that is more',
    ),
  ),
  batch: z.optional(count(1, 2000, 'mixtures an iteration afterwards; by default 4')),
  schedule: z.optional(
    z
      .array(count(1, 2000, 'mixtures of an iteration'))
      .check(
        z.minLength(1),
        z.maxLength(1000),
        z.describe('mixtures of each iteration, such as [64, 32, 16]; the search ends after the last'),
      ),
  ),
  iterations: z.optional(count(1, 10_000, 'by default as many as the schedule and the budget pay for')),
  candidates: z.optional(count(100, 1_000_000, 'mixtures that the predictor ranks an iteration')),
  sampler: z.optional(
    z
      .enum(['space-filling', 'dirichlet', 'nemo-recipe'])
      .check(
        z.describe(
          'space-filling: the first batch spreads, later candidates are drawn everywhere and around the best; dirichlet: all are drawn around the natural proportions; nemo-recipe: so, with that recipe’s rejections',
        ),
      ),
  ),
  temperature: z.optional(
    positive(10, 'the natural proportions to this power are what Dirichlet draws centre on; 0.5 flattens them'),
  ),
  strength: z.optional(
    z
      .strictObject({
        minimum: positive(1e6, 'least sum of the Dirichlet shapes'),
        maximum: positive(1e6, 'greatest sum of the Dirichlet shapes'),
        steps: z._default(count(1, 1000, 'strengths from the least to the greatest, evenly in their logarithms'), 15),
      })
      .check(z.describe('how near Dirichlet draws stay to their centre; each strength takes its turn')),
  ),
  predictor: z.optional(
    z
      .enum(['auto', 'gaussian-process', 'boosted-trees', 'log-linear', 'ridge'])
      .check(z.describe('the kind of model, one a task; auto: chosen by cross-validation')),
  ),
  proposal: z.optional(
    z
      .enum(['expected-improvement', 'confidence-bound', 'random-of-top'])
      .check(
        z.describe('how the next batch is chosen; random-of-top: drawn evenly from the predicted best, as published'),
      ),
  ),
  top: z.optional(
    count(1, 1_000_000, 'random-of-top draws from so many; by default the square of the batch, at least 128'),
  ),
  explore: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.maximum(100),
        z.describe('confidence-bound ranks by predicted mean less so many standard deviations'),
      ),
  ),
  ngram: z.optional(
    z
      .boolean()
      .check(
        z.describe(
          'whether n-gram models of the clusters, which cost no proxy, give a first mixture and a first guess',
        ),
      ),
  ),
  warmStart: warmStartPart,
  stop: z.optional(
    z.strictObject({
      gain: z
        .union([z.literal('noise-floor'), z.literal(false)])
        .check(z.describe('end the search once a further batch is expected to gain less than the noise of one run')),
    }),
  ),
});

const bounds = { lower: z.optional(share('least weight')), upper: z.optional(share('greatest weight')) };

/** Names of clusters, or of known domains. */
export const constraintsPart = part({
  maxEpochs: z._default(positive(1000, 'no cluster is repeated more often than this'), 4),
  bounds: z._default(z.record(z.string(), z.strictObject(bounds)), {}),
  pinned: z.optional(z.record(z.string(), share('the weight, whatever is proposed for the others'))),
  groups: z.optional(
    z
      .record(
        z.string(),
        z.strictObject({
          clusters: z.array(text('a cluster')).check(z.minLength(1), z.describe('whose weights are added')),
          ...bounds,
        }),
      )
      .check(z.describe('bounds on sums of weights; groups are disjoint, or one lies within the other')),
  ),
  divergence: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.maximum(1e6),
        z.describe(
          'score that a proposal pays a nat of its Kullback–Leibler divergence from the natural proportions; by default 0',
        ),
      ),
  ),
});
