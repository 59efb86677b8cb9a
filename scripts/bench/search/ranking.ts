import { fitPredictor, predict } from '../../../climb/predictor/predictor.ts';
import { searchSettings } from '../../../climb/spec/search-presets.ts';
import { shuffled, stream } from '../../../climb/random.ts';
import { spearman } from '../../../climb/spearman.ts';
import type { Table, TableRun } from './table.ts';

/** Sizes at which the predictor is judged. */
export const RANKING_SIZES = [32, 64, 112] as const;
/** Random subsets of each size. */
export const RANKING_SUBSETS = 20;
/** Fewer unseen runs say little of a ranking. */
const LEAST_UNSEEN = 30;

/**
 * The rank correlation (Spearman) between the predicted and the true mean of the targets, over runs that the predictor
 * has not seen: those of the test split where it has enough, else all that the subset leaves.
 */
export function rankingOf(
  { train, test }: Pick<Table, 'train' | 'test'>,
  targets: readonly number[],
  { size, subset }: { readonly size: number; readonly subset: number },
): number {
  const apart = splitIsEnough({ train, test }, size);
  const order = shuffled(apart ? train : [...train, ...test], stream(subset, ['bench', 'subset', size]));
  const known = order.slice(0, size);
  const unseen = apart ? test : order.slice(size);
  const predictor = fitPredictor({
    mixtures: known.map(({ mixture }) => mixture),
    scores: targets.map((t) => known.map(({ losses }) => losses[t]!)),
    taskWeights: targets.map(() => 1),
    kind: searchSettings({ search: { preset: 'default' }, tasks: [] }).predictor,
  });
  const { mean } = predict(
    predictor,
    unseen.map(({ mixture }) => mixture),
  );
  const truth = unseen.map(({ losses }) => targets.reduce((sum, t) => sum + losses[t]!, 0));
  // Where every loss or every prediction is the same there is no order to find.
  return spearman(mean, truth) ?? 0;
}

/** The sizes that leave enough to rank. */
export function rankingSizes({ train, test }: Pick<Table, 'train' | 'test'>): number[] {
  return RANKING_SIZES.filter((size) => train.length + test.length >= size + LEAST_UNSEEN);
}

function splitIsEnough(
  { train, test }: { readonly train: readonly TableRun[]; readonly test: readonly TableRun[] },
  size: number,
) {
  return train.length >= size && test.length >= LEAST_UNSEEN;
}
