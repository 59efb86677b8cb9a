import type { Mixture } from '../mixture/mixture.ts';

/** Of the runs that are kept, the share that is kept for its score. */
const BEST = 1 / 4;

/**
 * Row numbers, ascending, of the `count` runs that stand for all where a model can't afford more: a quarter are the
 * best, since that is where a search looks; the others fill space, each next one the farthest in √weight from those
 * already chosen (greedy maximin, Johnson, Moore and Ylvisaker 1990). Ties: the earlier row. All rows where there are
 * no more than `count`.
 */
export function representativeRuns(mixtures: readonly Mixture[], scores: readonly number[], count: number): number[] {
  const rows = mixtures.map((_, i) => i);
  if (rows.length <= count) return rows;
  const ranked = [...rows].sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  const chosen = ranked.slice(0, Math.ceil(count * BEST));
  const roots = mixtures.map((mixture) => Float64Array.from(mixture, Math.sqrt));
  const nearest = new Float64Array(rows.length).fill(Infinity);
  const approach = (from: number) => {
    const centre = roots[from] as Float64Array;
    roots.forEach((root, i) => {
      let distance = 0;
      for (let j = 0; j < root.length; j++) distance += ((root[j] as number) - (centre[j] as number)) ** 2;
      nearest[i] = Math.min(nearest[i] as number, distance);
    });
    nearest[from] = -1;
  };
  chosen.forEach(approach);
  while (chosen.length < count) {
    const next = nearest.reduce((far, distance, i) => (distance > (nearest[far] as number) ? i : far), 0);
    chosen.push(next);
    approach(next);
  }
  return chosen.sort((a, b) => a - b);
}
