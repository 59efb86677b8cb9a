import { mixtureKey } from '../mixture/mixture.ts';
import type { Observation } from '../predictor/observations.ts';

/**
 * Evidence with each measurement once: one observation for each score artifact, and one for each mixture with the same
 * losses. A proxy that two searches share by the ledger, a search that is named twice, and the export of a search are
 * the same runs again: as repeats they would say that runs don't differ at all. What is exact stays.
 *
 * The order, and so the names, follow from what was measured: by mixture, then losses, whoever is named first.
 */
export function toldOnce(observations: readonly Observation[]): Observation[] {
  const sorted = observations
    .map((one) => ({ one, key: [one.evidence === 'approximate' ? 1 : 0, measured(one), one.score].join('|') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const seen = new Set<string>();
  const once = sorted.filter(({ one }) => {
    const keys = [one.score, measured(one)];
    const again = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return !again;
  });
  return once.map(({ one }, at) => ({ ...one, id: `e${String(at + 1).padStart(3, '0')}` }));
}

function measured({ weights, losses }: Observation): string {
  return `${mixtureKey(weights)}|${losses.join(' ')}`;
}
