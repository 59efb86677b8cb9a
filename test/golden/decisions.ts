import { firstBatch } from '../../climb/mixture/first-batch.ts';
import type { Mixture } from '../../climb/mixture/mixture.ts';
import { constrain } from '../../climb/mixture/constraints.ts';
import { pruneCandidates, sampleBatch } from '../../climb/mixture/propose.ts';
import type { NgramPrior } from '../../climb/ngram/ngram-prior.ts';
import { ngramOptimum } from '../../climb/ngram/ngram-optimum.ts';
import { ngramScores } from '../../climb/ngram/ngram-scores.ts';
import { fitPredictor } from '../../climb/predictor/predictor.ts';
import { stream } from '../../climb/random.ts';
import { searchSettings } from '../../climb/spec/search-presets.ts';
import type { SearchFile } from '../../climb/spec/search-file.ts';
import { specOf } from '../climb/made-search.ts';

/** A batch and the scores of its proxies, [mixture][task]: written down, so that decisions follow from them alone. */
export type DecidedBatch = { readonly mixtures: readonly Mixture[]; readonly scores: readonly (readonly number[])[] };

export const prior = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04];
const constraints = constrain({
  clusters: prior.map((_, i) => `c${i}`),
  clusterTokens: prior.map((share) => share * 1e9),
  targetTokens: 1e9,
  maxEpochs: 6,
  groups: { small: { clusters: ['c4', 'c5'], upper: 0.3 } },
});

/** How much each task gains from each cluster. */
export const gains = [
  [0.1, 0.5, 0.2, 0.9, 0.3, 0.05],
  [0.6, 0.1, 0.3, 0.2, 0.8, 0.4],
];

const TOKENS = 300;

/** N-gram models that know something of it: by arithmetic that is the same everywhere. */
const ngram: NgramPrior = {
  clusters: prior.length,
  tasks: gains.map((task, at) => {
    const draws = stream(at, ['golden', 'ngram']);
    return {
      bytes: 4 * TOKENS,
      probabilities: Float32Array.from({ length: TOKENS * prior.length }, (_, cell) => {
        return 0.001 + 0.2 * (task[cell % prior.length] as number) * draws.uniform();
      }),
    };
  }),
};

/** The searches whose decisions are recorded; all but the one with n-gram models decide without any. */
export const decidedSearches = {
  default: { preset: 'default' },
  'n-grams': { preset: 'default', ngram: true },
  'confidence-bound': { preset: 'default', proposal: 'confidence-bound', explore: 1.5 },
  paper: { preset: 'paper' },
  'nemo-recipe': { preset: 'nemo-recipe' },
} as const satisfies Record<string, SearchFile['search']>;

/** What a search proposes after these batches. */
export function decide(name: keyof typeof decidedSearches, before: readonly DecidedBatch[]): Mixture[] {
  const settings = searchSettings(specOf({ search: decidedSearches[name], budget: { proxies: 200 } }));
  const iteration = before.length;
  const taskWeights = [1, 2];
  const known = name === 'n-grams' ? ngram : undefined;
  if (iteration === 0) {
    const given = known ? [ngramOptimum({ prior: known, taskWeights, constraints })] : [];
    return firstBatch({ prior, constraints, given, settings, size: 8, seed: 7 });
  }
  const evaluated = before.flatMap(({ mixtures }) => mixtures);
  const runs = before.flatMap(({ scores }) => scores);
  const predictor = fitPredictor({
    mixtures: evaluated,
    scores: [0, 1].map((task) => runs.map((run) => run[task] as number)),
    ...(known && { known: ngramScores(known, evaluated) }),
    taskWeights,
    kind: settings.predictor,
  });
  const seed = 7;
  const size = 4;
  const belief = { predictor, ngram: known };
  const request = { ...belief, evaluated, prior, constraints, seed, iteration, settings, pool: 1500, size };
  const candidates = pruneCandidates(request);
  return sampleBatch({ ...belief, evaluated, candidates, settings, size, draws: { seed, iteration: iteration + 1 } });
}
