import { InvalidInput } from '../problem.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { ClusterQuality } from './corpus-artifacts.ts';

/** `clusters.quality.prune` of a search file. */
export type Prune = NonNullable<NonNullable<SearchSpec['clusters']['quality']>['prune']>;

/** How the axis that tells advertisement is called: a high score means little of it, as in the published recipe. */
const advertisement = /^(?:ads?|advert(?:s|ising|isements?)?)$/i;

/**
 * What is published, on a scale from 0 to 5: CLIMB (Diao et al. 2025) drops clusters whose mean is under 3.0; NVIDIA's
 * recipe keeps what has 2.0 for advertisement and 1.0 for everything else.
 */
const presets: Readonly<Record<'paper' | 'recipe', (axis: string) => number>> = {
  paper: () => 3,
  recipe: (axis) => (advertisement.test(axis) ? 2 : 1),
};

/**
 * The least mean a cluster may have, by axis; an axis that isn't named has none.
 * @param axes what the scores have
 * @throws InvalidInput for axes that the scores don't have: they would prune nothing, silently
 */
export function pruneThresholds(prune: Prune, axes: readonly string[]): Readonly<Record<string, number>> {
  if (typeof prune === 'string') return Object.fromEntries(axes.map((axis) => [axis, presets[prune](axis)]));
  const unknown = Object.keys(prune).filter((axis) => !axes.includes(axis));
  if (unknown.length > 0) {
    throw new InvalidInput(
      'the search file',
      unknown.map((axis) => ({
        path: `clusters.quality.prune.${axis}`,
        message: `the scores have no axis ${JSON.stringify(axis)}, so it would prune nothing; they have ${axes.join(', ')}; name one of these`,
      })),
    );
  }
  return prune;
}

/** Whether a cluster is judged on an axis: only where it applies to at least half of the cluster's documents. */
export function isJudged({ mean, documents: applies }: ClusterQuality, documents: number): boolean {
  return mean !== null && 2 * applies >= documents;
}

/**
 * Why a cluster is pruned: an entry such as `repetition 1.82 < 3` for each axis it fails, in the order of its axes; none
 * where it stays. Axes it isn't judged on can't be failed.
 * @param documents of the cluster, those that an axis doesn't apply to counted
 */
export function failedAxes(
  quality: Readonly<Record<string, ClusterQuality>>,
  thresholds: Readonly<Record<string, number>>,
  documents: number,
): string[] {
  return Object.entries(quality).flatMap(([axis, judged]) => {
    const least = Object.hasOwn(thresholds, axis) ? thresholds[axis] : undefined;
    if (least === undefined || judged.mean === null || !isJudged(judged, documents) || judged.mean >= least) return [];
    // Rounded down: a mean just under the threshold must not be shown as equal to it.
    return [`${axis} ${(Math.floor(judged.mean * 100) / 100).toFixed(2)} < ${least}`];
  });
}
