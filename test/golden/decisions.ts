import { firstBatch } from '../../climb/mixture/first-batch.ts';
import type { Mixture } from '../../climb/mixture/mixture.ts';
import { constrain } from '../../climb/mixture/constraints.ts';
import { pruneCandidates, sampleBatch } from '../../climb/mixture/propose.ts';
import { fitPredictor } from '../../climb/predictor/predictor.ts';
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

/** The searches whose decisions are recorded. */
export const decidedSearches = {
  default: { preset: 'default' },
  'confidence-bound': { preset: 'default', proposal: 'confidence-bound', explore: 1.5 },
  paper: { preset: 'paper' },
  'nemo-recipe': { preset: 'nemo-recipe' },
} as const satisfies Record<string, SearchFile['search']>;

/** What a search proposes after these batches. */
export function decide(name: keyof typeof decidedSearches, before: readonly DecidedBatch[]): Mixture[] {
  const settings = searchSettings(specOf({ search: decidedSearches[name], budget: { proxies: 200 } }));
  const iteration = before.length;
  if (iteration === 0) return firstBatch({ prior, constraints, settings, size: 8, seed: 7 });
  const evaluated = before.flatMap(({ mixtures }) => mixtures);
  const runs = before.flatMap(({ scores }) => scores);
  const predictor = fitPredictor({
    mixtures: evaluated,
    scores: [0, 1].map((task) => runs.map((run) => run[task] as number)),
    taskWeights: [1, 2],
    kind: settings.predictor,
  });
  const seed = 7;
  const size = 4;
  const request = { predictor, evaluated, prior, constraints, seed, iteration, settings, pool: 1500, size };
  const candidates = pruneCandidates(request);
  return sampleBatch({ predictor, evaluated, candidates, settings, size, draws: { seed, iteration: iteration + 1 } });
}
