import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../../../climb/content-key.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { quantise, uniform } from '../../../climb/mixture/mixture.ts';
import { expectsKnown, fitPredictor, predict, predictTasks } from '../../../climb/predictor/predictor.ts';
import { posterior } from '../../../climb/predictor/task-model.ts';
import { shuffled, stream } from '../../../climb/random.ts';

// What every kind of predictor must do; what is good about each is in the tests of its own.
const kinds = ['gaussian-process', 'boosted-trees', 'log-linear', 'ridge', 'auto'] as const;
type Kind = (typeof kinds)[number];

const draw = (name: string, i: number) =>
  quantise(
    dirichlet(
      uniform(4).map(() => 0.7),
      stream(11, [name, i]),
    ),
  );
const distinct = Array.from({ length: 24 }, (_, i) => draw('run', i));
/** Two mixtures were run twice. */
const mixtures = [...distinct, ...distinct.slice(0, 2)];
const unseen = Array.from({ length: 12 }, (_, i) => draw('unseen', i));
const laws = [
  ([a = 0, b = 0]: readonly number[]) => 3 - a + 0.5 * (b - 0.2) ** 2,
  ([, , c = 0, d = 0]: readonly number[]) => 2 + Math.exp(-2 * c) + 0.3 * d,
];
const noise = stream(11, ['noise']);
const scores = laws.map((law) => mixtures.map((mixture) => law(mixture) + 0.01 * noise.normal()));
const known = laws.map((law) => (rows: readonly (readonly number[])[]) => rows.map((row) => 0.5 + 0.8 * law(row)));
const knownOf = (rows: readonly (readonly number[])[]) => known.map((of) => of(rows));

const fit = (kind: Kind, changes: Partial<Parameters<typeof fitPredictor>[0]> = {}) =>
  fitPredictor({ mixtures, scores, taskWeights: [2, 1], kind, ...changes });
const allFinite = (values: readonly number[]) => values.every(Number.isFinite);

describe.each(kinds)('%s', (kind) => {
  const predictor = fit(kind);

  test('learns: errs less than the mean of the scores would', () => {
    predictTasks(predictor, unseen).forEach(({ mean }, t) => {
      const truth = unseen.map(laws[t] as (row: readonly number[]) => number);
      const centre = truth.reduce((a, b) => a + b) / truth.length;
      const square = (from: (i: number) => number) => truth.reduce((sum, value, i) => sum + (value - from(i)) ** 2, 0);
      expect(square((i) => mean[i] as number)).toBeLessThan(0.5 * square(() => centre));
    });
  });

  test('permuted runs give the same, to the last bit', () => {
    const order = shuffled([...mixtures.keys()], stream(3, ['order']));
    const permuted = fit(kind, {
      mixtures: order.map((i) => mixtures[i] as number[]),
      scores: scores.map((task) => order.map((i) => task[i] as number)),
    });
    expect(permuted).toEqual(predictor);
  });

  test('a round trip through JSON changes nothing', () => {
    const copy = JSON.parse(JSON.stringify(predictor)) as typeof predictor;
    expect(copy).toEqual(predictor);
    expect(predict(copy, unseen)).toEqual(predict(predictor, unseen));
  });

  test('uncertainty is finite and never negative; covariance is symmetric and positive semi-definite', () => {
    const corners = uniform(4).map((_, i) => uniform(4).map((_, j) => (i === j ? 1 : 0)));
    const asked = [...unseen, ...corners, ...mixtures, ...mixtures];
    const { mean, sd } = predict(predictor, asked);
    expect(allFinite(mean)).toBe(true);
    expect(sd.every((value) => value >= 0 && value < Infinity)).toBe(true);
    for (const task of predictor.tasks) {
      const covariance = posterior(task).covariance(asked);
      const at = (i: number, j: number) => covariance[i * asked.length + j] as number;
      const directions = stream(2, ['directions']);
      const largest = Math.max(...asked.map((_, i) => at(i, i)));
      for (let repeat = 0; repeat < 20; repeat++) {
        const x = asked.map(() => directions.normal());
        const form = x.reduce((sum, a, i) => sum + x.reduce((inner, b, j) => inner + a * b * at(i, j), 0), 0);
        expect(form).toBeGreaterThan(-1e-9 * largest * asked.length);
      }
      asked.forEach((_, i) => expect(at(i, 0)).toBe(at(0, i)));
      posterior(task)
        .predict(asked)
        .sd.forEach((value, i) => expect(value ** 2).toBeCloseTo(Math.max(0, at(i, i)), 10));
      expect(posterior(task).noiseSd).toBeGreaterThan(0);
      expect(allFinite([...posterior(task).leaveOneOut()])).toBe(true);
    }
  });

  test('constant scores: that score everywhere', () => {
    const constant = fit(kind, { scores: scores.map((task) => task.map(() => 2.7)) });
    const { mean, sd } = predict(constant, unseen);
    mean.forEach((value) => expect(value).toBeCloseTo(2.7, 6));
    expect(allFinite(sd)).toBe(true);
  });

  test.each([1, 2, 3])('%i runs: their scores nearby, finite elsewhere', (count) => {
    const few = fit(kind, { mixtures: mixtures.slice(0, count), scores: scores.map((task) => task.slice(0, count)) });
    const { mean, sd } = predict(few, unseen);
    expect(allFinite([...mean, ...sd])).toBe(true);
    expect(sd.every((value) => value > 0)).toBe(true);
    if (count === 1) {
      const only = (2 * (scores[0]?.[0] as number) + (scores[1]?.[0] as number)) / 3;
      expect(predict(few, mixtures.slice(0, 1)).mean[0]).toBeCloseTo(only, 6);
    }
  });

  test('one mixture run again and again: the mean of its scores', () => {
    const again = fit(kind, { mixtures: mixtures.map(() => uniform(4)) });
    const mean = scores.map((task) => task.reduce((a, b) => a + b) / task.length) as [number, number];
    expect(predict(again, [uniform(4)]).mean[0]).toBeCloseTo((2 * mean[0] + mean[1]) / 3, 2);
    expect(allFinite(predict(again, unseen).sd)).toBe(true);
  });

  test('every run twice is no trouble, and makes it surer', () => {
    const twice = fit(kind, { mixtures: [...mixtures, ...mixtures], scores: scores.map((task) => [...task, ...task]) });
    const { mean, sd } = predict(twice, unseen);
    expect(allFinite([...mean, ...sd])).toBe(true);
  });

  test('weights that sum to less than 1 are taken as they are', () => {
    const half = fit(kind, { mixtures: mixtures.map((mixture) => mixture.map((weight) => weight / 2)) });
    expect(allFinite(predict(half, unseen).mean)).toBe(true);
  });

  test('scores known beforehand are used, needed again, and refused where they are missing', () => {
    const informed = fit(kind, { known: knownOf(mixtures) });
    expect(expectsKnown(informed)).toBe(true);
    const { mean } = predict(informed, unseen, knownOf(unseen));
    const truth = unseen.map((row) => (2 * (laws[0]?.(row) ?? NaN) + (laws[1]?.(row) ?? NaN)) / 3);
    mean.forEach((value, i) => expect(Math.abs(value - (truth[i] as number))).toBeLessThan(0.05));
    expect(() => predict(informed, unseen)).toThrow(/needs them again/);
  });

  test.each([
    ['no runs', { mixtures: [], scores: [[], []] }, /no runs/],
    ['a score of NaN', { scores: scores.map((task) => task.with(4, NaN)) }, /score NaN/],
    ['a score of Infinity', { scores: scores.map((task) => task.with(4, Infinity)) }, /score Infinity/],
    ['a weight of NaN', { mixtures: mixtures.with(4, [NaN, 1, 0, 0]) }, /weights \[NaN, 1, 0, 0\]/],
    ['a weight below 0', { mixtures: mixtures.with(4, [-0.1, 1.1, 0, 0]) }, /weights \[-0.1/],
    ['mixtures of two lengths', { mixtures: mixtures.with(4, [0.5, 0.5]) }, /weights \[0.5, 0.5\]/],
    ['a score too few', { scores: scores.map((task) => task.slice(1)) }, /got 25 for 26 runs/],
  ])('refuses %s', (_, changes, message) => {
    expect(() => fit(kind, changes)).toThrow(message);
  });

  test('refuses to predict a mixture of another domain set, or with NaN', () => {
    expect(() => predict(predictor, [[0.5, 0.5]])).toThrow(/over 4 clusters.*\[0.5, 0.5\] at index 0/);
    expect(() => predict(predictor, [uniform(4), [NaN, 1, 0, 0]])).toThrow(/at index 1/);
  });
});

test('golden: what each kind predicts of a mixture', () => {
  const golden = Object.fromEntries(
    kinds.map((kind) => {
      const { mean, sd } = predict(fit(kind), [unseen[0] as number[]]);
      return [kind, [...mean, ...sd].map((value) => value.toPrecision(9))];
    }),
  );
  expect(golden).toMatchInlineSnapshot(`
   {
     "auto": [
       "2.56678734",
       "0.0141565870",
     ],
     "boosted-trees": [
       "2.69600511",
       "0.0872202477",
     ],
     "gaussian-process": [
       "2.56973565",
       "0.0149940777",
     ],
     "log-linear": [
       "2.55694898",
       "0.0216267755",
     ],
     "ridge": [
       "2.54658818",
       "0.0232230943",
     ],
   }
  `);
});

// Slow (a process of its own): the same bits wherever it is computed.
test('a fresh process fits the same predictors', () => {
  const runs = { mixtures, scores, taskWeights: [2, 1], known: knownOf(mixtures) };
  const digest = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex');
  const here = kinds.map((kind) => digest(fitPredictor({ ...runs, kind })));
  const program = `
    import { createHash } from 'node:crypto';
    import { canonicalJson } from './climb/content-key.ts';
    import { fitPredictor } from './climb/predictor/predictor.ts';
    const { runs, kinds } = JSON.parse(process.argv[1]);
    const digest = (value) => createHash('sha256').update(canonicalJson(value)).digest('hex');
    console.log(JSON.stringify(kinds.map((kind) => digest(fitPredictor({ ...runs, kind })))));`;
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program, JSON.stringify({ runs, kinds })];
  const env = { ...process.env, NODE_OPTIONS: '' };
  expect(JSON.parse(execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' }))).toEqual(here);
});
