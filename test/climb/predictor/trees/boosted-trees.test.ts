import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  type BoostedTreesOptions,
  fitBoostedTrees,
  predictBoostedTrees,
} from '../../../../climb/predictor/trees/boosted-trees.ts';
import { shuffled, stream } from '../../../../climb/random.ts';

type Table = { rows: number[][]; targets: number[] };
type Case = {
  name: string;
  data: string;
  options: Record<string, number>;
  rounds: number;
  patience: number | null;
  trees: number;
  predictions: number[];
};
/** What LightGBM 4.7.0 answered (record.py). */
const oracle = JSON.parse(readFileSync(new URL('../oracles/boosted-trees.json', import.meta.url), 'utf8')) as {
  data: Record<string, Table & { queries: number[][] }>;
  held: Table;
  cases: Case[];
};
const { mixtures } = oracle.data as { mixtures: Table & { queries: number[][] } };
const small: BoostedTreesOptions = { minDataInLeaf: 5, rounds: 20 };

/** LightGBM's `lambda_l1` is `lambdaL1` here. */
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('against LightGBM', () => {
  test.each(oracle.cases)(
    '$name: the same trees, the same predictions',
    ({ data, options, rounds, patience, trees, predictions }) => {
      const { rows, targets, queries } = oracle.data[data] as Table & { queries: number[][] };
      const model = fitBoostedTrees(rows, targets, {
        ...Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value])),
        rounds,
        ...(patience !== null && { earlyStopping: { rounds: patience, holdout: oracle.held } }),
      });
      expect(model.trees).toHaveLength(trees);
      predictBoostedTrees(model, queries).forEach((value, i) =>
        expect(value).toBeCloseTo(predictions[i] as number, 12),
      );
    },
  );
});

describe('trees', () => {
  test('come closer to the targets with each round', () => {
    const { rows, targets } = mixtures;
    const errors = [1, 5, 25].map((rounds) => {
      const predicted = predictBoostedTrees(fitBoostedTrees(rows, targets, { ...small, rounds }), rows);
      return targets.reduce((sum, target, i) => sum + (target - (predicted[i] as number)) ** 2, 0);
    });
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });

  test('keep to leaves, depth and rows a leaf', () => {
    const { rows, targets } = mixtures;
    const { trees } = fitBoostedTrees(rows, targets, { ...small, minDataInLeaf: 9, numLeaves: 6, maxDepth: 3 });
    for (const { features, left, right, values } of trees) {
      expect(values.length).toBeLessThanOrEqual(6);
      expect(values).toHaveLength(features.length + 1);
      const depth = (node: number): number =>
        node < 0 ? 0 : 1 + Math.max(depth(left[node] as number), depth(right[node] as number));
      expect(depth(0)).toBeLessThanOrEqual(3);
    }
  });

  test('are the same for rows in another order, to the last bit', () => {
    const { rows, targets, queries } = mixtures;
    const order = shuffled([...rows.keys()], stream(2, ['order']));
    const other = fitBoostedTrees(
      order.map((i) => rows[i] as number[]),
      order.map((i) => targets[i] as number),
      small,
    );
    const same = fitBoostedTrees(rows, targets, small);
    expect(other).toEqual(same);
    expect(predictBoostedTrees(JSON.parse(JSON.stringify(same)) as typeof same, queries)).toEqual(
      predictBoostedTrees(same, queries),
    );
  });

  test('of constant targets, or too few rows to split: the mean', () => {
    const constant = fitBoostedTrees(
      mixtures.rows,
      mixtures.rows.map(() => 2.5),
      small,
    );
    expect(constant).toEqual({ base: 2.5, trees: [] });
    expect(fitBoostedTrees([[1, 0]], [3], small)).toEqual({ base: 3, trees: [] });
    expect(predictBoostedTrees(constant, [[1, 0, 0, 0, 0, 0]])).toEqual([2.5]);
  });
});

describe('early stopping', () => {
  const { rows, targets } = mixtures;
  const stopping = (holdout: number, seed: number) =>
    fitBoostedTrees(rows, targets, {
      minDataInLeaf: 3,
      learningRate: 0.3,
      rounds: 200,
      earlyStopping: { rounds: 5, holdout },
      seed,
    });

  test('on a share of the rows ends before the last round; the seed draws the share', () => {
    expect(stopping(0.2, 1).trees.length).toBeLessThan(150);
    expect(stopping(0.2, 1)).toEqual(stopping(0.2, 1));
    expect(stopping(0.2, 1)).not.toEqual(stopping(0.2, 2));
  });

  test.each([0, 1, 0.001])('refuses a holdout of %p of the rows', (share) => {
    expect(() => stopping(share, 1)).toThrow(/rows on both sides/);
  });

  test('refuses held-out rows of other features', () => {
    const holdout = { rows: [[1, 0]], targets: [1] };
    expect(() => fitBoostedTrees(rows, targets, { earlyStopping: { rounds: 5, holdout } })).toThrow(/for 6 features/);
  });
});

test.each([
  ['no rows', [], [], /0 rows/],
  ['a target that is NaN', [[1], [2]], [1, NaN], /target NaN in row 1/],
  ['a feature that is Infinity', [[1], [Infinity]], [1, 2], /\[Infinity\] in row 1/],
  ['rows of unequal length', [[1, 2], [1]], [1, 2], /\[1\] in row 1/],
  ['a target too few', [[1], [2]], [1], /2 rows and 1 targets/],
])('refuses %s', (_, rows, targets, message) => {
  expect(() => fitBoostedTrees(rows, targets)).toThrow(message);
});
