import { bitsPerByteItems, type ItemScores } from './item-scores.ts';
import type { TaskSpec } from '../spec/search-file.ts';

/** What an evaluation says of each item, in the order of the task; the answers only where all choices were scored. */
export type ItemOutcomes = {
  readonly ids: readonly string[];
  /** Log-likelihood of the gold continuation in nats, and its length in bytes. */
  readonly goldLogProb: readonly number[];
  readonly bytes: readonly number[];
  /** 1 where the gold choice is the most likely, by log-likelihood and by log-likelihood a byte, 0 elsewhere. */
  readonly correct?: readonly number[];
  readonly correctNorm?: readonly number[];
  readonly choiceLogProbs?: readonly (readonly number[])[];
  readonly choiceBytes?: readonly (readonly number[])[];
};

/**
 * The items' losses under a metric, lower is better: their pooled score is that of the task.
 * @throws RangeError when the evaluation scored the gold choice alone and the metric needs all.
 */
export function itemLosses(
  { goldLogProb, bytes, correct, correctNorm }: ItemOutcomes,
  metric: TaskSpec['metric'],
): ItemScores {
  if (metric === 'bitsPerByte')
    return bitsPerByteItems(
      goldLogProb.map((nats) => -nats),
      bytes,
    );
  const right = metric === 'accuracy' ? correct : correctNorm;
  if (right === undefined)
    throw new RangeError(`${metric} needs every choice scored, got the gold one alone; evaluate with choices "all"`);
  return { losses: right.map((hit) => 1 - hit), sizes: right.map(() => 1) };
}
