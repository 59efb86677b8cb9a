import * as z from 'zod/mini';
import { count, part, shapeField, trainingTokens } from './fields.ts';
import { presetNames } from './proxy-presets.ts';

/** The part `verify` of the search file. */

const rungTokens = z.optional(trainingTokens('training tokens a proxy; by default in proportion to the parameters'));

/** What a recipe may be compared with; `baselineSentences` in climb/verification/baselines.ts says what each is. */
export const baselineNames = ['uniform', 'proportional', 'ngram', 'random', 'unimax', 'regmix'] as const;

export const verifyPart = part({
  candidates: z._default(count(1, 16, 'best mixtures to train again with fresh seeds'), 2),
  seeds: z._default(count(2, 32, 'fresh seeds for every candidate and baseline'), 2),
  baselines: z._default(
    z
      .array(z.enum(baselineNames))
      .check(
        z.minLength(1),
        z.describe(
          'by default uniform, proportional and, where the search has n-gram models, their optimum; random and unimax cost as little, regmix costs a second search',
        ),
      ),
    ['uniform', 'proportional', 'ngram'],
  ),
  regmixProxies: z.optional(
    count(2, 100_000, "proxies of RegMix's own search, 10000 at most; by default as many as this search trains"),
  ),
  interval: z._default(
    z
      .enum(['bootstrap', 'student'])
      .check(
        z.describe(
          "bootstrap: paired over items, seeds by their pooled variance, all comparisons together; student: Student's t with Bonferroni's correction, a little wider",
        ),
      ),
    'bootstrap',
  ),
  ladder: z.optional(
    z
      .array(
        z
          .union([
            z.strictObject({ ...shapeField, heads: z.optional(shapeField.heads), tokens: rungTokens }),
            z.strictObject({ preset: z.enum(presetNames), tokens: rungTokens }),
          ])
          .check(z.describe('{width, layers, heads?, tokens?}, or {preset, tokens?} for a preset’s width and depth')),
      )
      .check(
        z.minLength(1),
        z.maxLength(8),
        z.describe(
          'larger proxies on which all arms are trained again after verification: does what the small ones say hold?',
        ),
      ),
  ),
  efficiency: z.optional(
    z
      .array(z.number().check(z.positive(), z.lt(1)))
      .check(
        z.minLength(1),
        z.maxLength(8),
        z.describe(
          "shares of a proxy's tokens, ascending: the recommended arm is trained again at each, to see at how many tokens it reaches what the proportional mixture ends with",
        ),
      ),
  ),
});
