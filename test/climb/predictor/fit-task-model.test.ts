import { expect, test } from '@jest/globals';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { fitTaskModel, type PredictorKind } from '../../../climb/predictor/fit-task-model.ts';
import { noiseFloor } from '../../../climb/predictor/noise-floor.ts';
import { posterior } from '../../../climb/predictor/task-model.ts';
import { stream } from '../../../climb/random.ts';

const clusters = 10;
const draw = (name: string, i: number) =>
  quantise(
    dirichlet(
      uniform(clusters).map(() => 0.7),
      stream(6, [name, i]),
    ),
  );
const mixtures = Array.from({ length: 40 }, (_, i) => draw('run', i));
const unseen = Array.from({ length: 300 }, (_, i) => draw('unseen', i));
const slopes = uniform(clusters).map((_, j) => ((j * 7) % 5) - 2.5);
const law = (mixture: readonly number[]) =>
  2 + 0.3 * Math.exp(mixture.reduce((sum, weight, j) => sum + weight * (slopes[j] as number), 0));
const rough = (mixture: readonly number[]) =>
  mixture.reduce((sum, weight, j) => sum - (j % 3) * Math.sqrt(weight + 1e-4) + 2 * Math.abs(weight - 0.1), 3);
const noise = 0.01;
const fit = (truth: (mixture: readonly number[]) => number, kind: PredictorKind, count = mixtures.length) => {
  const draws = stream(6, ['noise']);
  const rows = mixtures.slice(0, count);
  const scores = rows.map((mixture) => truth(mixture) + noise * draws.normal());
  return fitTaskModel({ mixtures: rows, scores, known: null, repeats: null }, kind);
};
const errorOf = (model: ReturnType<typeof fit>, truth: (mixture: readonly number[]) => number) => {
  const { mean } = posterior(model).predict(unseen);
  return Math.sqrt(unseen.reduce((sum, m, i) => sum + (truth(m) - (mean[i] as number)) ** 2, 0) / unseen.length);
};

test('auto takes from the log-linear law where the world is log-linear, and errs less than half of the process', () => {
  const blend = fit(law, 'auto');
  expect(blend.kind).toBe('blend');
  const share = blend.laws.find((member) => member.law.kind === 'log-linear')?.share ?? 0;
  expect(share).toBeGreaterThan(0.5);
  expect(blend.laws.reduce((sum, member) => sum + member.share, 0)).toBeCloseTo(1, 12);
  expect(errorOf(blend, law)).toBeLessThan(0.5 * errorOf(fit(law, 'gaussian-process'), law));
});

test('auto errs no more than a tenth beyond the process where the world is rough', () => {
  expect(errorOf(fit(rough, 'auto'), rough)).toBeLessThan(1.1 * errorOf(fit(rough, 'gaussian-process'), rough));
});

test('auto is the process alone under eight mixtures', () => {
  expect(fit(law, 'auto', 7)).toEqual(fit(law, 'gaussian-process', 7));
});

// Slow (16 fits of each): coverage of one fit varies by a tenth.
test.each(['gaussian-process', 'auto', 'boosted-trees', 'ridge'] as const)(
  '90 %% intervals of %s hold the function 82 to 96 times in a hundred',
  (kind) => {
    const worlds = Array.from({ length: 8 }, (_, seed) => {
      const draws = stream(seed, ['world']);
      const cares = uniform(clusters).map(() => draws.uniform() ** 3);
      const truth = (mixture: readonly number[]) =>
        mixture.reduce((sum, weight, j) => sum - (cares[j] as number) * Math.sqrt(weight) + weight ** 2 / 4, 3);
      const scores = mixtures.map((mixture) => truth(mixture) + noise * draws.normal());
      const model = fitTaskModel({ mixtures, scores, known: null, repeats: null }, kind);
      const { mean, sd } = posterior(model).predict(unseen);
      return unseen.filter((m, i) => Math.abs(truth(m) - (mean[i] as number)) < 1.645 * (sd[i] as number)).length;
    });
    const held = worlds.reduce((a, b) => a + b, 0) / (worlds.length * unseen.length);
    expect(held).toBeGreaterThan(0.82);
    expect(held).toBeLessThan(0.96);
  },
);

test('where shape and noise are hard to tell apart, repeats elsewhere tell', () => {
  const draws = stream(6, ['noise']);
  const scores = mixtures.map((mixture) => rough(mixture) + noise * draws.normal());
  const repeated = Array.from({ length: 41 }, () => ({ weights: [1], losses: [noise * draws.normal()] }));
  const repeats = noiseFloor(repeated, [1])?.tasks[0] ?? null;
  const [informed, plain] = [repeats, null].map((given) =>
    posterior(fitTaskModel({ mixtures, scores, known: null, repeats: given }, 'gaussian-process')),
  );
  expect(informed?.noiseSd).toBeGreaterThan(0.7 * noise);
  expect(informed?.noiseSd).toBeLessThan(1.5 * noise);
  expect(plain?.noiseSd).toBeGreaterThan(2 * noise);
});
