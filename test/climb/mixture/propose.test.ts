import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { constrain, project, satisfies } from '../../../climb/mixture/constraints.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { firstBatch } from '../../../climb/mixture/first-batch.ts';
import { type Mixture, mixtureKey } from '../../../climb/mixture/mixture.ts';
import { totalVariation } from './total-variation.ts';
import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { pruneCandidates, sampleBatch } from '../../../climb/mixture/propose.ts';
import { stream } from '../../../climb/random.ts';
import { type World, syntheticWorld } from '../synthetic-world.ts';

const tasks = [0, 1, 2];

function setting(seed: number, clusters: number, runs: number, noise = 0.007) {
  const world = syntheticWorld(seed, clusters, tasks.length, noise);
  const constraints = constrain({
    clusters: world.prior.map((_, i) => `c${i}`),
    clusterTokens: world.prior.map((share) => share * 1e9),
    targetTokens: 5e8,
    maxEpochs: 4,
  });
  return { world, constraints, evaluated: firstBatch({ prior: world.prior, constraints, size: runs, seed }) };
}

function fit(world: World, evaluated: readonly Mixture[]) {
  const scores = evaluated.map((mixture, run) => world.run(mixture, run));
  return fitPredictor({
    mixtures: evaluated,
    scores: tasks.map((t) => scores.map((run) => run[t] as number)),
    taskWeights: [1, 1, 1],
  });
}

describe('a proposal', () => {
  test('is as large as asked, new, within the constraints and without repeats', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 3, max: 8 }),
        fc.integer({ min: 1, max: 5 }),
        (seed, clusters, size) => {
          const { world, constraints, evaluated } = setting(seed, clusters, 6);
          const predictor = fit(world, evaluated);
          const candidates = pruneCandidates({
            predictor,
            evaluated,
            prior: world.prior,
            constraints,
            seed,
            iteration: 1,
            pool: 300,
          });
          const batch = sampleBatch({ predictor, evaluated, candidates, size });
          expect(batch).toHaveLength(size);
          const keys = [...evaluated, ...batch].map(mixtureKey);
          expect(new Set(keys).size).toBe(keys.length);
          expect(batch.every((mixture) => satisfies(mixture, constraints))).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });

  const { world, constraints, evaluated } = setting(5, 6, 10);
  const predictor = fit(world, evaluated);
  const request = { predictor, evaluated, prior: world.prior, constraints, seed: 5, iteration: 1, pool: 500 };
  const candidates = pruneCandidates(request);

  test('depends on nothing but its arguments', () => {
    expect(pruneCandidates(request)).toEqual(candidates);
    const stored = JSON.parse(JSON.stringify({ predictor, candidates })) as {
      predictor: typeof predictor;
      candidates: typeof candidates;
    };
    expect(sampleBatch({ ...stored, evaluated, size: 4 })).toEqual(
      sampleBatch({ predictor, evaluated, candidates, size: 4 }),
    );
  });

  test('never has an evaluated mixture, even if it is among the candidates', () => {
    const [first, ...rest] = candidates.mixtures as [Mixture, ...Mixture[]];
    const batch = sampleBatch({ predictor, evaluated: [...evaluated, first], candidates, size: 500 });
    expect(batch.map(mixtureKey)).not.toContain(mixtureKey(first));
    expect(batch).toHaveLength(rest.length);
  });

  test('begins with the candidate of the largest expected improvement', () => {
    expect(sampleBatch({ predictor, evaluated, candidates, size: 1 })).toEqual([candidates.mixtures[0]]);
    expect(candidates.gain[0]).toBeGreaterThan(0);
    expect(candidates.gain[0]).toBe(Math.max(...candidates.gain));
  });

  test('is chosen of the whole pool, though few of it are kept', () => {
    const large = pruneCandidates({ ...request, pool: 1500, size: 24 });
    const few = pruneCandidates({ ...request, pool: 1500, size: 1 });
    const keys = new Set(few.mixtures.map(mixtureKey));
    const batch = sampleBatch({ predictor, evaluated, candidates: large, size: 24 });
    expect(large.mixtures.length).toBeLessThan(256 + 24 + 16);
    // Of the same pool: some members were not among those that are worth most one by one.
    expect(batch.some((mixture) => !keys.has(mixtureKey(mixture)))).toBe(true);
  });

  test('spreads more than the best candidates one by one', () => {
    const spread = (batch: readonly Mixture[]) =>
      batch.reduce((sum, a) => sum + batch.reduce((inner, b) => inner + totalVariation(a, b), 0), 0);
    expect(spread(sampleBatch({ predictor, evaluated, candidates, size: 16 }))).toBeGreaterThan(
      spread(candidates.mixtures.slice(0, 16)),
    );
  });

  test('keeps what the predictor says of each candidate', () => {
    const { mean, sd } = predict(predictor, candidates.mixtures);
    mean.forEach((value, i) => expect(candidates.mean[i]).toBeCloseTo(value, 12));
    sd.forEach((value, i) => expect(candidates.sd[i]).toBeCloseTo(value, 12));
  });
});

// Slow (some seconds) since a search is the whole loop, and one seed would prove nothing.
test('24 runs of search leave under a third of the regret of 24 random runs', () => {
  const best = (world: World, mixtures: readonly Mixture[], believed: readonly number[]) =>
    world.score(mixtures[believed.indexOf(Math.min(...believed))] as Mixture);
  const regrets = [1, 2, 3].map((seed) => {
    const { world, constraints, evaluated: first } = setting(seed, 8, 8);
    let evaluated = first;
    for (let iteration = 1; iteration <= 4; iteration++) {
      const predictor = fit(world, evaluated);
      const candidates = pruneCandidates({
        predictor,
        evaluated,
        prior: world.prior,
        constraints,
        seed,
        iteration,
        pool: 600,
      });
      evaluated = [...evaluated, ...sampleBatch({ predictor, evaluated, candidates, size: 4 })];
    }
    const found = best(world, evaluated, predict(fit(world, evaluated), evaluated).mean);

    const random = evaluated.map((_, i) => {
      const draws = stream(seed, ['random', i]);
      return project(
        dirichlet(
          world.prior.map((share) => 4 * share + 0.25),
          draws,
        ),
        constraints,
      );
    });
    const seen = random.map((mixture, i) => world.run(mixture, i).reduce((sum, score) => sum + score, 0));

    // The optimum, from the truth: many small moves from the best that was found.
    const draws = stream(seed, ['optimum']);
    let optimum = evaluated.reduce((a, b) => (world.score(b) < world.score(a) ? b : a));
    for (let step = 0; step < 4000; step++) {
      const moved = [...optimum];
      const [from, to] = [draws.integer(8), draws.integer(8)];
      const amount = draws.uniform() ** 3 * (moved[from] as number);
      moved[from] = (moved[from] as number) - amount;
      moved[to] = (moved[to] as number) + amount;
      const next = project(moved, constraints);
      if (world.score(next) < world.score(optimum)) optimum = next;
    }
    return { search: found - world.score(optimum), random: best(world, random, seen) - world.score(optimum) };
  });
  const total = (of: 'search' | 'random') => regrets.reduce((sum, regret) => sum + regret[of], 0);
  expect(total('search')).toBeLessThan(total('random') / 3);
});
