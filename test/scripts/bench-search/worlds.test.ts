import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { uniform } from '../../../climb/mixture/mixture.ts';
import { stream } from '../../../climb/random.ts';
import { regretIn, readWorld } from '../../../scripts/bench/search/world.ts';
import { descend } from './descend.ts';

const folder = new URL('../../../scripts/bench/worlds/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('five laws are shipped', () => {
  expect(files).toEqual(['log-linear.mjs', 'noisy-extremes.mjs', 'plateau.mjs', 'power-law.mjs', 'synergy.mjs']);
});

describe.each(files)('%s', (file) => {
  const load = () => readWorld(fileURLToPath(new URL(file, folder)));

  test('the optimum is a mixture, and says its own scores', async () => {
    const { optimum, truth } = await load();
    expect(Math.round(optimum.weights.reduce((sum, weight) => sum + weight, 0) * 1e6)).toBe(1e6);
    expect(Math.min(...optimum.weights)).toBeGreaterThanOrEqual(0);
    expect(optimum.scores).toEqual(truth!(optimum.weights));
  });

  test('neither descent from many mixtures nor from the optimum finds a better one', async () => {
    const { domains, prior, optimum, truth } = await load();
    const objective = (weights: readonly number[]) => mean(truth!(weights));
    const best = objective(optimum.weights);
    const draws = stream(11, ['worlds', file]);
    const even = uniform(domains.length);
    const starts = [
      optimum.weights,
      prior,
      even,
      ...Array.from({ length: 5 }, (_, at) =>
        dirichlet(
          even.map(() => [0.1, 0.5, 2][at % 3]!),
          draws,
        ),
      ),
      // A corner each: where one domain carries all.
      ...[0, 1, 2].map((corner) => even.map((_, at) => (at === corner ? 1 : 0))),
    ];
    for (const start of starts) expect(objective(descend(objective, start))).toBeGreaterThan(best - 1e-6);
  });

  test('a seed always gives the same scores, another seed others, and many of them the truth', async () => {
    const { prior, score, truth } = await load();
    expect(score(prior, 5)).toEqual(score(prior, 5));
    expect(score(prior, 5)).not.toEqual(score(prior, 6));
    const runs = Array.from({ length: 4000 }, (_, seed) => score(prior, seed));
    truth!(prior).forEach((loss, task) => {
      const values = runs.map((scores) => scores[task]!);
      const sd = Math.sqrt(mean(values.map((value) => (value - loss) ** 2)));
      expect(sd).toBeGreaterThan(0.004);
      expect(Math.abs(mean(values) - loss)).toBeLessThan((4 * sd) / Math.sqrt(4000));
    });
  });

  test('regret is 0 at the optimum, 1 at the natural proportions', async () => {
    const world = await load();
    expect(regretIn(world, world.optimum.weights)).toBeCloseTo(0, 6);
    expect(regretIn(world, world.prior)).toBeCloseTo(1, 12);
  });

  test('without a truth to ask, regret is measured by many runs', async () => {
    const { truth: _, ...world } = await load();
    expect(regretIn(world, world.optimum.weights)).toBeCloseTo(0, 1.5);
    expect(regretIn(world, world.prior)).toBeCloseTo(1, 12);
  });
});

test('noise grows at the extremes', async () => {
  const { domains, score, truth } = await readWorld(fileURLToPath(new URL('noisy-extremes.mjs', folder)));
  const sdAt = (weights: readonly number[]) => {
    const loss = truth!(weights)[0]!;
    return Math.sqrt(mean(Array.from({ length: 500 }, (_, seed) => (score(weights, seed)[0]! - loss) ** 2)));
  };
  const even = uniform(domains.length);
  expect(sdAt(even.map((_, at) => (at === 0 ? 1 : 0)))).toBeGreaterThan(5 * sdAt(even));
});
