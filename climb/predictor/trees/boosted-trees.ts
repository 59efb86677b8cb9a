import { shuffled, stream } from '../../random.ts';
import { binBounds, binsOf } from './bins.ts';
import { type BinnedRows, growTree, type GrowthLimits } from './grow-tree.ts';
import { leafValue, type Tree } from './tree.ts';

type Rows = readonly (readonly number[])[];

/** LightGBM's names and defaults. */
export type BoostedTreesOptions = Partial<GrowthLimits> & {
  /** Trees at most; default 100. */
  readonly rounds?: number;
  /** Share of each tree's step that is taken; default 0.1. */
  readonly learningRate?: number;
  /** Bins of a feature at most; default 255. */
  readonly maxBin?: number;
  /** Rows of a bin at least; default 3. */
  readonly minDataInBin?: number;
  /** Stops after so many rounds in which the squared error on the held-out rows got no better, and keeps the best. */
  readonly earlyStopping?: {
    readonly rounds: number;
    /** A share of the rows, drawn by `seed`, that no tree learns from; or other rows. */
    readonly holdout: number | { readonly rows: Rows; readonly targets: readonly number[] };
  };
  /** Default 0. */
  readonly seed?: number;
};

/** Gradient-boosted regression trees: base + Σ trees. Plain JSON. */
export type BoostedTrees = { readonly base: number; readonly trees: readonly Tree[] };

const DEFAULTS: GrowthLimits = {
  numLeaves: 31,
  maxDepth: -1,
  minDataInLeaf: 20,
  lambdaL1: 0,
  lambdaL2: 0,
  minGainToSplit: 0,
};

/**
 * Gradient boosting for squared error (Friedman 2001, algorithm 2) in the role, and to single precision with the
 * numbers, of LightGBM 4's `regression` on dense features. Targets and gradients are in single precision, as there.
 * Training ends where a tree finds no split. The order of rows doesn't matter unless a share of them is held out.
 *
 * @param rows    features of each row, such as a mixture's weights
 * @param targets one a row
 * @throws RangeError for no rows, unequal lengths, NaN or Infinity, or a holdout that leaves no row on either side.
 */
export function fitBoostedTrees(
  rows: Rows,
  targets: readonly number[],
  options: BoostedTreesOptions = {},
): BoostedTrees {
  const { rounds = 100, learningRate = 0.1, maxBin = 255, minDataInBin = 3, earlyStopping, seed = 0 } = options;
  checkRows(rows, targets);
  const { train, held } = split(rows, targets, earlyStopping?.holdout, seed);
  const limits = { ...DEFAULTS, ...options };
  const binned = bin(train.rows, maxBin, minDataInBin);
  const labels = Float32Array.from(train.targets);
  const base = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const scores = new Float64Array(labels.length).fill(base);
  const heldScores = held.rows.map(() => base);
  const trees: Tree[] = [];
  let best = { error: Infinity, trees: 0 };
  while (trees.length < rounds) {
    const gradients = Float32Array.from(scores, (score, i) => score - (labels[i] as number));
    const { tree: grown, leafOf } = growTree(binned, gradients, limits);
    if (grown.features.length === 0) break;
    const tree = { ...grown, values: grown.values.map((value) => value * learningRate) };
    trees.push(tree);
    leafOf.forEach((leaf, i) => (scores[i] = (scores[i] as number) + (tree.values[leaf] as number)));
    if (earlyStopping === undefined) continue;
    held.rows.forEach((row, i) => (heldScores[i] = (heldScores[i] as number) + leafValue(tree, row)));
    const error = heldScores.reduce((sum, score, i) => sum + (score - Math.fround(held.targets[i] as number)) ** 2, 0);
    if (error < best.error) best = { error, trees: trees.length };
    if (trees.length - best.trees >= earlyStopping.rounds) break;
  }
  return { base, trees: earlyStopping === undefined ? trees : trees.slice(0, best.trees) };
}

/** The value at each row. */
export function predictBoostedTrees({ base, trees }: BoostedTrees, rows: Rows): number[] {
  return rows.map((row) => trees.reduce((sum, tree) => sum + leafValue(tree, row), base));
}

function bin(rows: Rows, maxBin: number, minDataInBin: number): BinnedRows {
  const columns = (rows[0] ?? []).map((_, feature) => rows.map((row) => row[feature] as number));
  const bounds = columns.map((values) => binBounds(values, maxBin, minDataInBin));
  return {
    count: rows.length,
    bounds,
    bins: columns.map((values, feature) => binsOf(values, bounds[feature] as number[])),
  };
}

type Holdout = NonNullable<BoostedTreesOptions['earlyStopping']>['holdout'];
type Labelled = { readonly rows: Rows; readonly targets: readonly number[] };

function split(
  rows: Rows,
  targets: readonly number[],
  holdout: Holdout | undefined,
  seed: number,
): { train: Labelled; held: Labelled } {
  const all = { rows, targets };
  if (holdout === undefined) return { train: all, held: { rows: [], targets: [] } };
  if (typeof holdout === 'object') {
    checkRows(holdout.rows, holdout.targets, rows[0]?.length);
    return { train: all, held: holdout };
  }
  const count = Math.round(holdout * rows.length);
  if (!(count > 0 && count < rows.length)) {
    throw new RangeError(
      `early stopping needs rows on both sides of the holdout: got a share of ${holdout} of ${rows.length} rows`,
    );
  }
  const order = shuffled(
    rows.map((_, i) => i),
    stream(seed, ['boosted-trees', 'holdout']),
  );
  const pick = (chosen: readonly number[]) => ({
    rows: chosen.map((i) => rows[i] as readonly number[]),
    targets: chosen.map((i) => targets[i] as number),
  });
  return { train: pick(order.slice(count)), held: pick(order.slice(0, count)) };
}

function checkRows(rows: Rows, targets: readonly number[], features = rows[0]?.length ?? 0): void {
  const refuse = (got: string) => new RangeError(`trees need one finite target a row of finite features: got ${got}`);
  if (rows.length === 0 || features === 0) throw refuse(`${rows.length} rows of ${features} features`);
  if (rows.length !== targets.length) throw refuse(`${rows.length} rows and ${targets.length} targets`);
  const badTarget = targets.findIndex((target) => !Number.isFinite(target));
  if (badTarget >= 0) throw refuse(`target ${String(targets[badTarget])} in row ${badTarget}`);
  const badRow = rows.findIndex((row) => row.length !== features || !row.every(Number.isFinite));
  if (badRow >= 0) throw refuse(`[${(rows[badRow] ?? []).join(', ')}] in row ${badRow}, for ${features} features`);
}
