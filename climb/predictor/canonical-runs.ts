import type { Mixture } from '../mixture/mixture.ts';

/** [task][mixture]: what is known of mixtures beforehand, such as n-gram scores; null for a task that has none. */
export type Known = readonly (readonly number[] | null)[];

export type Runs = {
  /** One a run. */
  readonly mixtures: readonly Mixture[];
  /** [task][run], lower is better. */
  readonly scores: readonly (readonly number[])[];
  readonly known?: Known;
};

/**
 * Runs sorted by weights, then by scores: results must not depend on which proxy finished first.
 * @throws RangeError where scores or `known` don't match the runs, or `known` isn't finite.
 */
export function canonicalRuns({ mixtures, scores, known }: Runs): Runs {
  const ragged = [...scores, ...(known ?? [])].find((task) => task !== null && task.length !== mixtures.length);
  if (ragged !== undefined) {
    throw new RangeError(
      `a predictor needs a score of each run for each task: got ${ragged?.length} for ${mixtures.length} runs`,
    );
  }
  if (known !== undefined) checkKnown(known, scores.length);
  const rows = mixtures.map((mixture, run) => [...mixture, ...scores.map((task) => task[run] as number)]);
  const order = rows
    .map((_, i) => i)
    .sort((a, b) => {
      const [left, right] = [rows[a] as number[], rows[b] as number[]];
      const at = left.findIndex((value, k) => value !== right[k]);
      return at < 0 ? 0 : (left[at] as number) - (right[at] as number);
    });
  return picked({ mixtures, scores, ...(known && { known }) }, order);
}

/** The rows of these numbers, in this order. */
export function picked({ mixtures, scores, known }: Runs, rows: readonly number[]): Runs {
  const pick = <T>(values: readonly T[]) => rows.map((i) => values[i] as T);
  return {
    mixtures: pick(mixtures),
    scores: scores.map(pick),
    ...(known && { known: known.map((task) => task && pick(task)) }),
  };
}

function checkKnown(known: Known, tasks: number): void {
  if (known.length !== tasks) {
    throw new RangeError(
      `what is known beforehand must have an entry, or null, for each task: got ${known.length} for ${tasks} tasks`,
    );
  }
  const bad = known.findIndex((task) => task !== null && !task.every(Number.isFinite));
  if (bad < 0) return;
  throw new RangeError(
    `what is known of the runs beforehand must be finite: got [${(known[bad] ?? []).join(', ')}] for task ${bad}; pass null for a task without`,
  );
}
