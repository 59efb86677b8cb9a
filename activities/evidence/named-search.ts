import { otherMeasure, type MeasureNow } from '../../climb/exchange/same-measure.ts';
import type { KeptSearch } from '../../adapters/kept-searches.ts';
import type { Deps } from '../deps.ts';

/** Evidence that a search can't begin with. */
export class UnusableEvidence extends Error {
  override name = 'UnusableEvidence';
}

/**
 * The earlier search that a search file names as evidence.
 * @throws UnusableEvidence where nothing is kept of it, or it measured otherwise
 */
export async function namedSearch(
  { keptSearch }: Pick<Deps, 'keptSearch'>,
  search: string,
  now: MeasureNow,
): Promise<KeptSearch> {
  const kept = await keptSearch(search);
  if (kept === undefined) {
    throw new UnusableEvidence(`nothing is kept of a search "${search}" on this worker; name one whose folder it has`);
  }
  const other = otherMeasure(kept, now);
  if (other === null) return kept;
  throw new UnusableEvidence(
    `"${search}" measured ${other}, so its losses can't stand beside those of this search; leave it out`,
  );
}
