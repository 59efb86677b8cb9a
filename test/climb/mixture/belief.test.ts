import { describe, expect, test } from '@jest/globals';
import { believed, joined, klDivergence } from '../../../climb/mixture/belief.ts';
import { believerBatch } from '../../../climb/mixture/believer.ts';
import { worth } from '../../../climb/mixture/acquisition.ts';
import { pruneCandidates, sampleBatch } from '../../../climb/mixture/propose.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { firstBatch } from '../../../climb/mixture/first-batch.ts';
import { searchSettings } from '../../../climb/spec/search-presets.ts';
import { specOf } from '../made-search.ts';
import { syntheticWorld } from '../synthetic-world.ts';

const world = syntheticWorld(4, 5, 2, 0.005);
const { prior } = world;
const constraints = { lower: prior.map(() => 0), upper: prior.map(() => 1) };
const evaluated = firstBatch({ prior, constraints, size: 10, seed: 4 });
const scores = [0, 1].map((task) => evaluated.map((mixture, run) => world.run(mixture, run)[task] as number));
const predictor = fitPredictor({ mixtures: evaluated, scores, taskWeights: [1, 1] });
const others = firstBatch({ prior, constraints, size: 40, seed: 5 }).slice(10);

describe('what is believed', () => {
  test('is what the predictor predicts', () => {
    const { mean, sd, taskSds } = believed({ predictor }, others);
    expect({ mean, sd }).toEqual(predict(predictor, others));
    expect(taskSds).toHaveLength(2);
  });

  test('costs what divergence costs, and is as uncertain', () => {
    const plain = believed({ predictor }, others);
    const paid = believed({ predictor, divergence: { prior, price: 0.5 } }, others);
    paid.mean.forEach((mean, i) =>
      expect(mean).toBeCloseTo((plain.mean[i] as number) + 0.5 * klDivergence(others[i] as number[], prior), 12),
    );
    expect(paid.sd).toEqual(plain.sd);
  });

  test('of two lists is that of both', () => {
    const halves = [others.slice(0, 11), others.slice(11)].map((half) => believed({ predictor }, half));
    expect(joined(halves[0]!, halves[1]!)).toEqual(believed({ predictor }, others));
  });
});

test('divergence is 0 for the prior, grows away from it, and stays finite where the corpus has nothing', () => {
  expect(klDivergence([0.5, 0.3, 0.2], [5, 3, 2])).toBeCloseTo(0, 14);
  expect(klDivergence([1, 0, 0], [5, 3, 2])).toBeCloseTo(Math.log(2), 12);
  expect(klDivergence([0, 0, 1], [1, 1, 0])).toBeCloseTo(Math.log(1e6), 9);
});

test('a price on divergence brings proposals nearer to the natural proportions', () => {
  const nearest = (price: number) => {
    const belief = { predictor, divergence: { prior, price } };
    const request = { ...belief, evaluated, prior, constraints, seed: 1, iteration: 1, pool: 800 };
    const batch = sampleBatch({ ...belief, evaluated, candidates: pruneCandidates(request), size: 4 });
    return batch.reduce((sum, mixture) => sum + klDivergence(mixture, prior), 0);
  };
  expect(nearest(1)).toBeLessThan(nearest(0) / 2);
});

describe('a believer', () => {
  const beliefs = believed({ predictor }, others);
  const batchBy = (size: number, acquisition: Parameters<typeof believerBatch>[0]['acquisition']) =>
    believerBatch({ predictor, mixtures: others, beliefs, acquisition, best: 0, size }).map(({ index }) => index);

  test('shrinks uncertainty as the predictor would, were it told what it believes', () => {
    // With only uncertainty to rank by, the second choice is the least certain once the first is known.
    const acquisition = { kind: 'confidence-bound', explore: 1e9 } as const;
    const [first, second] = batchBy(2, acquisition) as [number, number];
    expect(first).toBe(beliefs.sd.indexOf(Math.max(...beliefs.sd)));
    const told = {
      ...predictor,
      tasks: fitPredictor({ mixtures: evaluated, scores, taskWeights: [1, 1] }).tasks.map((task) => {
        const process = 'laws' in task ? task.laws[0]!.law : task;
        if (!('lengthScales' in process)) throw new Error('a Gaussian process was fitted');
        return {
          mixtures: [...process.mixtures, others[first]!],
          scores: [...process.scores, process.mean],
          mean: process.mean,
          scale: process.scale,
          lengthScales: process.lengthScales,
          signalSd: process.signalSd,
          noiseSd: process.noiseSd,
        };
      }),
    };
    const after = predict(told, others).sd.map((sd, i) => (i === first ? -1 : sd));
    expect(second).toBe(after.indexOf(Math.max(...after)));
  });

  test('chooses all there are, each once, and nothing of nothing', () => {
    const all = batchBy(99, { kind: 'expected-improvement' });
    expect(all.toSorted((a, b) => a - b)).toEqual([...others.keys()]);
    const none = { mean: [], sd: [], taskSds: [[], []] };
    const empty = { predictor, mixtures: [], beliefs: none, best: 0, size: 4 };
    expect(believerBatch({ ...empty, acquisition: { kind: 'expected-improvement' } })).toEqual([]);
  });
});

test('a confidence bound trades a standard deviation for what it says', () => {
  const bound = (explore: number, mean: number, sd: number) =>
    worth({ kind: 'confidence-bound', explore }, mean, sd, 0);
  expect(bound(0, 1, 9)).toBe(-1);
  expect(bound(2, 1, 0.5)).toBe(0);
  expect(bound(1, 1, 0.5)).toBeLessThan(bound(1, 1, 0.6));
});

describe('random of the top', () => {
  const settings = { ...searchSettings(specOf({ search: { preset: 'paper' }, budget: { proxies: 120 } })), top: 20 };
  const request = { predictor, evaluated, prior, constraints, seed: 1, iteration: 2, settings, pool: 500 };

  test('keeps the predicted best and draws among them', () => {
    const candidates = pruneCandidates(request);
    expect(candidates.mixtures).toHaveLength(20);
    expect(candidates.mean).toEqual([...candidates.mean].sort((a, b) => a - b));
    const draw = (iteration: number) =>
      sampleBatch({ predictor, evaluated, candidates, settings, size: 5, draws: { seed: 1, iteration } });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw(3).every((mixture) => candidates.mixtures.includes(mixture))).toBe(true);
  });
});
