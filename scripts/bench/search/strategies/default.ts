import { lowestAt } from '../../../../climb/lowest.ts';
import type { Constraints } from '../../../../climb/mixture/constraints.ts';
import { firstBatch } from '../../../../climb/mixture/first-batch.ts';
import type { Mixture } from '../../../../climb/mixture/mixture.ts';
import { pruneCandidates, rankCandidates, sampleBatch } from '../../../../climb/mixture/propose.ts';
import { fitPredictor, predict, type Predictor } from '../../../../climb/predictor/predictor.ts';
import { type SearchSettings, searchSettings } from '../../../../climb/spec/search-presets.ts';
import type { Problem, Settings, Strategy } from '../problem.ts';
import { Runs } from '../runs.ts';
import { snap } from './snap.ts';

/**
 * A search as this project runs it: the preset `default`, by the functions that its stages call, without an n-gram
 * prior. On a table the first batch is the rows nearest to the one it would run, and candidates are the rows left.
 *
 * Recommended is the lowest posterior mean of the runs and the last candidates. On a table it is the best run seen: a
 * search verifies the best observed beside the best predicted, and a row that is trained again has the loss it had.
 */
export const byDefault: Strategy = (problem, settings) => {
  const runs = new Runs(problem, settings.budget);
  const search = searchSettings({ search: { preset: 'default', batch: settings.batch }, tasks: [] });
  const { sizes, then } = search.schedule;
  const first = Math.min(sizes[0] ?? then, runs.left);
  const batches = batchesOf(problem, { ...settings, first });
  for (let iteration = 1; runs.left > 0; iteration++) {
    const batch = (batches[iteration - 1] ??=
      iteration === 1 ? firstRuns(problem, { ...settings, size: first }) : next(iteration));
    runs.evaluate(batch.slice(0, runs.left));
  }
  const predictor = fitted(problem, runs, search);
  // The best predicted are kept whatever the batch.
  const ending = { ...settings, batch: 1, search, iteration: 0 };
  const last = problem.mixtures ?? proposed(problem, runs, predictor, ending).mixtures;
  return {
    evaluated: runs.mixtures,
    scores: runs.scores,
    predictedBest: lowest(predictor, [...runs.mixtures, ...last]),
    recommended: problem.mixtures === null ? lowest(predictor, [...runs.mixtures, ...last]) : runs.bestSeen(),
  };

  function next(iteration: number): Mixture[] {
    const predictor = fitted(problem, runs, search);
    const candidates = proposed(problem, runs, predictor, { ...settings, search, iteration });
    const draws = { seed: settings.seed, iteration };
    return sampleBatch({ predictor, evaluated: runs.mixtures, candidates, settings: search, size: then, draws });
  }
};

const proposals = new WeakMap<Problem, Map<string, Mixture[][]>>();

/**
 * What a search of this seed proposes, batch by batch, as far as it is known: one of a smaller budget runs the first of
 * the same mixtures, since a batch is chosen one mixture at a time.
 */
function batchesOf(problem: Problem, { seed, batch, first }: Settings & { readonly first: number }): Mixture[][] {
  const known = proposals.get(problem) ?? new Map<string, Mixture[][]>();
  proposals.set(problem, known);
  const key = `${seed} ${batch} ${first}`;
  const batches = known.get(key) ?? [];
  known.set(key, batches);
  return batches;
}

function firstRuns({ prior, mixtures }: Problem, { size, seed }: { size: number; seed: number }): Mixture[] {
  const wanted = firstBatch({ prior, constraints: free(prior.length), size, seed });
  return mixtures === null ? wanted : snap(wanted, mixtures);
}

function fitted({ taskWeights }: Problem, { mixtures, scores }: Runs, search: SearchSettings): Predictor {
  return fitPredictor({ mixtures, scores, taskWeights, kind: search.predictor });
}

function proposed(
  { prior, mixtures }: Problem,
  runs: Runs,
  predictor: Predictor,
  { seed, batch, search, iteration }: Settings & { search: SearchSettings; iteration: number },
) {
  const evaluated = runs.mixtures;
  const request = { predictor, evaluated, settings: search };
  if (mixtures !== null) {
    return rankCandidates({ ...request, mixtures: mixtures.filter((mixture) => !runs.has(mixture)) });
  }
  const space = { prior, constraints: free(prior.length) };
  return pruneCandidates({ ...request, ...space, seed, iteration, pool: search.candidates, size: batch });
}

function lowest(predictor: Predictor, mixtures: readonly Mixture[]): Mixture {
  const { mean } = predict(predictor, mixtures);
  return mixtures[lowestAt(mean)] as Mixture;
}

/** The whole simplex. */
function free(domains: number): Constraints {
  return { lower: new Array<number>(domains).fill(0), upper: new Array<number>(domains).fill(1) };
}
