import { expect, test } from '@jest/globals';
import { chooseArms } from '../../../climb/verification/arms.ts';
import { mixtureSpace, spaceRules } from '../../../climb/mixture/mixture-space.ts';
import { quantise } from '../../../climb/mixture/mixture.ts';
import type { CandidatesArtifact, PredictorArtifact } from '../../../climb/predictor/observations.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { tokens } from '../made-recipe.ts';
import { specOf } from '../made-search.ts';
import { tinyRuns } from '../tiny-runs.ts';

const mixtures = tinyRuns.mixtures.map(quantise);
const predictor = fitPredictor({ mixtures, scores: [tinyRuns.scores], taskWeights: [1] });
const found: PredictorArtifact = {
  schema: 1,
  kind: 'predictor',
  predictor,
  observations: mixtures.map((weights, at) => ({
    id: `i1-p00${at + 1}`,
    weights,
    losses: [tinyRuns.scores[at] as number],
    score: '',
  })),
};
const proposed = [
  [0.6, 0.35, 0.05],
  [0.65, 0.3, 0.05],
  [0.55, 0.4, 0.05],
].map(quantise);
const candidates: CandidatesArtifact = {
  schema: 1,
  kind: 'candidates',
  predictor,
  evaluated: mixtures,
  mixtures: proposed,
  mean: [2.9, 2.8, 2.8],
  sd: [0.1, 0.1, 0.1],
};
const space = mixtureSpace(tokens, spaceRules(specOf()));
const sources = {
  space,
  clusterTokens: tokens.clusters.map((cluster) => cluster.tokens),
  targetTokens: 1_000_000,
  maxEpochs: 4,
  seed: 7,
  found: {},
};
const choose = (count: number, changes: Partial<Parameters<typeof chooseArms>[0]> = {}) =>
  chooseArms({ found, candidates, sources, count, baselines: ['uniform', 'proportional'], ...changes });

const byPrediction = mixtures
  .map((_, at) => at)
  .sort((a, b) => (predict(predictor, mixtures).mean[a] as number) - (predict(predictor, mixtures).mean[b] as number));

test('observed and never observed mixtures by turns, best predicted first, then the baselines', () => {
  const [first, second] = byPrediction as [number, number];
  expect(choose(4)).toEqual([
    { id: 'observed-1', role: 'candidate', weights: mixtures[first], proxy: `i1-p00${first + 1}` },
    { id: 'predicted-1', role: 'candidate', weights: proposed[1] }, // ties in the mean go to the one ranked first
    { id: 'observed-2', role: 'candidate', weights: mixtures[second], proxy: `i1-p00${second + 1}` },
    { id: 'predicted-2', role: 'candidate', weights: proposed[2] },
    { id: 'uniform', role: 'baseline', weights: [0.333334, 0.333333, 0.333333] },
    { id: 'proportional', role: 'baseline', weights: [0.5, 0.375, 0.125] },
  ]);
});

test('candidates are chosen by what is predicted, not by a lucky score', () => {
  const lucky = {
    ...found,
    observations: found.observations.map((run, at) => (at === 1 ? { ...run, losses: [0] } : run)),
  };
  expect(choose(1, { found: lucky })).toEqual(choose(1));
});

test('no mixture is verified twice, not even as a candidate and a baseline', () => {
  const [first] = byPrediction as [number];
  const natural = { ...space, prior: mixtures[first] as number[] };
  const chosen = choose(3, { sources: { ...sources, space: natural } });
  expect(new Set(chosen.map(({ weights }) => weights.join())).size).toBe(chosen.length);
  expect(chosen.filter(({ role }) => role === 'candidate')).toHaveLength(3);
  expect(chosen.find(({ id }) => id === 'proportional')?.weights).toEqual(mixtures[first]);
  expect(chosen.some(({ proxy }) => proxy === `i1-p00${first + 1}`)).toBe(false);
});

test('without candidates the observed mixtures stand alone; when all are taken there are fewer', () => {
  expect(choose(2, { candidates: null }).map(({ id }) => id)).toEqual([
    'observed-1',
    'observed-2',
    'uniform',
    'proportional',
  ]);
  expect(choose(16).filter(({ role }) => role === 'candidate')).toHaveLength(8);
});
