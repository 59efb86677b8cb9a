import { quantise } from '../mixture/mixture.ts';
import type { Observation } from '../predictor/observations.ts';
import type { DomainCell } from './domain-cells.ts';

/** Relative difference within which weights count as being in natural proportion: they are whole millionths. */
const tolerance = 1e-4;

/**
 * Observations over one domain set, told over another. A cluster is trained on in its natural proportions, so a mixture
 * has w(old) · tokens(cell) / tokens(old) of each cell, and a cluster of now the sum over its cells.
 *
 * - A split is exact: the parts are in natural proportion, as they were trained.
 * - A merge is exact where the merged clusters were in natural proportion to each other, approximate otherwise: the
 *   merged cluster would be trained on in other proportions than it was.
 * - Text that is gone, or that is in a cluster now and was left out then, makes it approximate, unless it had no weight;
 *   the rest is renormalised.
 *
 * @param clusters of now
 * @returns what is not exact is marked `approximate`; what keeps no weight at all is left out
 */
export function mapEvidence(
  observations: readonly Observation[],
  cells: readonly DomainCell[],
  clusters: number,
): Observation[] {
  const ofOld = totals(cells, ({ old }) => old);
  const ofNow = totals(cells, ({ now }) => now);
  return observations.flatMap((observation) => {
    const weights = new Array<number>(clusters).fill(0);
    const parts = cells.map(({ old, tokens }) =>
      old === null || tokens === 0 ? 0 : ((observation.weights[old] ?? 0) * tokens) / (ofOld.get(old) ?? 1),
    );
    parts.forEach((part, at) => {
      const { now } = cells[at]!;
      if (now !== null) weights[now]! += part;
    });
    const kept = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(kept > 0)) return [];
    const natural = cells.every(({ now, tokens }, at) => {
      if (now === null) return parts[at]! <= tolerance;
      const expected = (weights[now]! * tokens) / (ofNow.get(now) ?? 1);
      return Math.abs(parts[at]! - expected) <= tolerance * Math.max(expected, parts[at]!) + 1e-6;
    });
    const exact = natural && observation.evidence !== 'approximate';
    return [{ ...observation, weights: quantise(weights), evidence: exact ? 'exact' : 'approximate' }];
  });
}

function totals(cells: readonly DomainCell[], of: (cell: DomainCell) => number | null): Map<number, number> {
  const sums = new Map<number, number>();
  for (const cell of cells) {
    const cluster = of(cell);
    if (cluster !== null) sums.set(cluster, (sums.get(cluster) ?? 0) + cell.tokens);
  }
  return sums;
}
