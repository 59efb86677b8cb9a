import type { SearchSpec } from '../spec/search-file.ts';
import { mergeTarget } from '../spec/corpus-rules.ts';
import type { MergeSetting } from './exploration.ts';

/** What a person asks for; what he leaves out is chosen around the search file. */
export type Wanted = {
  readonly k?: readonly number[];
  readonly thresholds?: readonly number[];
  readonly targets?: readonly number[];
};

export type Setting = { readonly k: number; readonly merge: MergeSetting; readonly own: boolean };

/** Thresholds tried where none are given: on vectors of unit length few things lie nearer than .5, and most than 1.5. */
const usualThresholds = [0.5, 0.75, 1, 1.25, 1.5];

/** Documents a cluster at least, where the double of K is tried unasked. */
const fewestDocuments = 20;

/** Values of `clusters.initial`. */
const fewestClusters = 2;
const mostClusters = 65_534;

/**
 * The rows of the table: each K with each way to merge, K ascending, targets before thresholds, ascending. The file's
 * own setting is always among them. A target that a K can't reach is left out.
 * @param own K of the search file, or what follows from the number of documents
 */
export function settingsToExplore(
  clusters: SearchSpec['clusters'],
  { own, documents }: { own: number; documents: number },
  wanted: Wanted,
): Setting[] {
  const target = mergeTarget(clusters);
  const threshold = clusters.merge.threshold ?? null;
  const around = [Math.round(own / 2), 2 * own].filter(
    (k) => k >= Math.max(fewestClusters, target ?? 0) && k <= Math.min(mostClusters, documents / fewestDocuments),
  );
  const ks = ascending([own, ...(wanted.k ?? around)]);
  const given = wanted.thresholds !== undefined || wanted.targets !== undefined;
  const targets = ascending([...(target === null ? [] : [target]), ...(wanted.targets ?? [])]);
  const thresholds = ascending([
    ...(threshold === null ? [] : [threshold]),
    ...(wanted.thresholds ?? (given ? [] : usualThresholds)),
  ]);
  const { method } = clusters.merge;
  return ks.flatMap((k) => [
    ...targets
      .filter((to) => to <= k)
      .map((to) => ({ k, merge: { method, target: to, threshold: null }, own: k === own && to === target })),
    ...thresholds.map((at) => ({
      k,
      merge: { method, target: null, threshold: at },
      own: k === own && at === threshold,
    })),
  ]);
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
