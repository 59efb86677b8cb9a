import type { Made, Ref } from '../climb/artifact.ts';
import type { SearchState } from '../climb/search/search-state.ts';

export const isUnderWay = ({ underWay }: SearchState, at: string): boolean => underWay?.at === at;

/** What a batch trains, as this run of the workflow samples it or the one before did. */
export async function sampledOnce(
  { underWay }: SearchState,
  at: string,
  sample: () => Promise<Made<{ readonly ids: readonly string[] }>>,
): Promise<{ mixtures: Ref; ids: readonly string[] }> {
  if (underWay?.at === at) return underWay;
  const { ref, summary } = await sample();
  return { mixtures: ref, ids: summary.ids };
}
