import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uniform } from '../../../climb/mixture/mixture.ts';
import { dirichlet } from '../../../climb/mixture/dirichlet.ts';
import { exactNgramScores, ngramScores } from '../../../climb/ngram/ngram-scores.ts';
import { stream } from '../../../climb/random.ts';
import { spearman } from '../../../climb/spearman.ts';
import { madePrior } from './made-text.ts';

const clusters = 5;
const prior = madePrior(clusters, [[0], [1, 2]], 20);
const large = madePrior(
  clusters,
  [
    [0, 3],
    [1, 2],
  ],
  1500,
);

const mixture = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: clusters, maxLength: clusters })
  .filter((weights) => weights.some((weight) => weight > 1e-3))
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, w) => sum + w, 0)));

const mixtures = (count: number, shape = 0.5) => {
  const draws = stream(4, ['mixtures', shape]);
  return Array.from({ length: count }, () =>
    dirichlet(
      uniform(clusters).map(() => shape),
      draws,
    ),
  );
};

/** The definition, token by token. */
const naive = ({ bytes, probabilities }: (typeof prior.tasks)[number], weights: readonly number[]) => {
  let bits = 0;
  for (let row = 0; row < probabilities.length; row += clusters) {
    bits -= Math.log2(weights.reduce((sum, weight, c) => sum + weight * probabilities[row + c]!, 0));
  }
  return bits / bytes;
};

test('they are the bits per byte of the mixture of models', () => {
  fc.assert(
    fc.property(fc.array(mixture, { minLength: 1, maxLength: 9 }), (of) => {
      const expected = prior.tasks.map((task) => of.map((weights) => naive(task, weights)));
      for (const found of [ngramScores(prior, of), exactNgramScores(prior, of)]) {
        found.forEach((scores, t) => scores.forEach((score, i) => expect(score).toBeCloseTo(expected[t]![i]!, 10)));
      }
    }),
  );
});

test('a mixture scores the same alone and among others', () => {
  const many = mixtures(11);
  for (const score of [ngramScores, exactNgramScores]) {
    const together = score(large, many);
    many.forEach((one, i) =>
      expect(score(large, [one]).map(([first]) => first)).toEqual(together.map((task) => task[i])),
    );
  }
  expect(ngramScores(prior, [])).toEqual([[], []]);
});

test('they are convex: between two mixtures never worse than on the straight line', () => {
  fc.assert(
    fc.property(mixture, mixture, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
      const between = a.map((weight, c) => share * weight + (1 - share) * b[c]!);
      for (const [left, right, middle] of exactNgramScores(prior, [a, b, between])) {
        expect(middle).toBeLessThanOrEqual(share * left! + (1 - share) * right! + 1e-9);
      }
    }),
  );
});

test('some tokens stand for many: exact at the uniform mixture and near it, in nearly the same order elsewhere', () => {
  const even = [uniform(clusters)];
  expect(ngramScores(large, even)[0]![0]).toBeCloseTo(exactNgramScores(large, even)[0]![0]!, 12);
  const near = mixtures(50, 20);
  const far = mixtures(200);
  large.tasks.forEach((_, t) => {
    const [quick, exact] = [ngramScores(large, near)[t]!, exactNgramScores(large, near)[t]!];
    expect(Math.max(...quick.map((score, i) => Math.abs(score - exact[i]!)))).toBeLessThan(0.005);
    expect(spearman(ngramScores(large, far)[t]!, exactNgramScores(large, far)[t]!)).toBeGreaterThan(0.995);
  });
});

test('text of a language wants its model', () => {
  const single = uniform(clusters).map((_, c) => uniform(clusters).map((_, d) => (c === d ? 1 : 0)));
  const [first] = exactNgramScores(prior, single);
  expect(first!.indexOf(Math.min(...first!))).toBe(0);
});

test('a product that would underflow is no 0', () => {
  const rows = new Float32Array(2 * 1000).fill(1e-38);
  const faint = { clusters: 2, tasks: [{ bytes: 1000, probabilities: rows }] };
  expect(ngramScores(faint, [[0.5, 0.5]])[0]![0]).toBeCloseTo(38 * Math.log2(10), 4);
});

test('mixtures of another domain set, and NaN, are refused', () => {
  for (const bad of [[[0.5, 0.5]], [uniform(clusters), [NaN, 0, 0, 0, 1]], [[-1, 1, 1, 0, 0]], [[]]]) {
    expect(() => ngramScores(prior, bad)).toThrow('needs as many finite weights >= 0 a mixture');
    expect(() => exactNgramScores(prior, bad)).toThrow(`at index ${bad.length - 1}`);
  }
});
