import { expect, test } from '@jest/globals';
import { ngramEvidence } from '../../../climb/ngram/ngram-evidence.ts';
import { ngramOptimum } from '../../../climb/ngram/ngram-optimum.ts';
import { exactNgramScores } from '../../../climb/ngram/ngram-scores.ts';
import { uniform } from '../../../climb/mixture/mixture.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { stream } from '../../../climb/random.ts';
import { madePrior } from './made-text.ts';

const clusters = 4;
const prior = madePrior(clusters, [[0], [1, 2]]);
const constraints = { lower: [0, 0, 0, 0], upper: [1, 1, 1, 1] };
const taskWeights = [0.75, 0.25];
const natural = [0.4, 0.3, 0.2, 0.1];
const recipe = [0.5, 0.25, 0.25, 0];
const draws = stream(2, ['evidence']);
const proxies = Array.from({ length: 12 }, () => dirichlet([1, 1, 1, 1], draws));
const known = exactNgramScores(prior, proxies);
const evidence = (losses: (known: number, i: number, t: number) => number) =>
  ngramEvidence({
    prior,
    taskWeights,
    constraints,
    natural,
    recipe,
    observations: proxies.map((weights, i) => ({
      weights,
      losses: known.map((task, t) => losses(task[i] as number, i, t)),
    })),
  });

test('the optimum, and what counting says of it, of the recipe and of both natural choices', () => {
  const { optimum, predicted } = evidence((score) => score);
  expect(optimum).toEqual(ngramOptimum({ prior, taskWeights, constraints }));
  const of = [optimum, recipe, uniform(clusters), natural];
  const scores = exactNgramScores(prior, of);
  expect(Object.values(predicted)).toEqual(of.map((_, i) => 0.75 * scores[0]![i]! + 0.25 * scores[1]![i]!));
  expect(predicted.optimum).toBeLessThan(Math.min(predicted.recipe, predicted.uniform, predicted.proportional));
});

test('proxies that rank as counting does agree with it, whatever their scale; others don’t', () => {
  expect(evidence((score) => 3 * score + 1).agreement).toEqual({ objective: 1, tasks: [1, 1] });
  expect(evidence((score, _, t) => (t === 0 ? score : -score)).agreement.tasks).toEqual([1, -1]);
  expect(evidence(() => 2.5).agreement).toEqual({ objective: null, tasks: [null, null] });
});
