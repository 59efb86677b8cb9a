import { documentKinds, type ClusterQuality, type DocumentKind } from '../corpus-artifacts.ts';

/** Sums over groups of documents, from which their means come; groups may be joined afterwards. */
export type QualityTotals = {
  readonly groups: number;
  readonly axes: number;
  /** groups × axes: sums of the scores that apply. */
  readonly sums: Float64Array;
  /** groups × axes: documents that the axis applies to. */
  readonly documents: Uint32Array;
  /** groups × kinds: documents of each of `documentKinds`. */
  readonly kinds: Uint32Array;
};

export function noQuality(groups: number, axes: number): QualityTotals {
  return {
    groups,
    axes,
    sums: new Float64Array(groups * axes),
    documents: new Uint32Array(groups * axes),
    kinds: new Uint32Array(groups * documentKinds.length),
  };
}

/**
 * Adds the documents of a shard to the totals, which are changed; shards must come in their order, because the order of
 * additions decides the last bits.
 * @param scores documents × axes, NaN where an axis doesn't apply
 * @param kinds index into `documentKinds`, a document
 * @param groupOf group of each document; one that is `totals.groups` or more is left out
 */
export function addShardQuality(
  totals: QualityTotals,
  { scores, kinds, groupOf }: { scores: Float32Array; kinds: Uint8Array; groupOf: Uint16Array },
): void {
  const { groups, axes } = totals;
  groupOf.forEach((group, document) => {
    if (group >= groups) return;
    totals.kinds[group * documentKinds.length + kinds[document]!]!++;
    for (let axis = 0; axis < axes; axis++) {
      const score = scores[document * axes + axis]!;
      if (Number.isNaN(score)) continue;
      totals.sums[group * axes + axis]! += score;
      totals.documents[group * axes + axis]!++;
    }
  });
}

/** The totals after groups were joined. @param map group → joined group, null for one that is dropped */
export function joinedQuality(totals: QualityTotals, map: readonly (number | null)[]): QualityTotals {
  const joined = noQuality(Math.max(-1, ...map.map((to) => to ?? -1)) + 1, totals.axes);
  map.forEach((to, from) => {
    if (to === null) return;
    for (const part of ['sums', 'documents', 'kinds'] as const) {
      const width = totals[part].length / totals.groups;
      for (let at = 0; at < width; at++) joined[part][to * width + at]! += totals[part][from * width + at]!;
    }
  });
  return joined;
}

/** Means of a group, by axis; null where the axis applies to none of its documents. */
export function groupQuality(
  { axes: width, sums, documents }: QualityTotals,
  axes: readonly string[],
  group: number,
): Record<string, ClusterQuality> {
  return Object.fromEntries(
    axes.map((axis, at) => {
      const count = documents[group * width + at]!;
      return [axis, { mean: count === 0 ? null : sums[group * width + at]! / count, documents: count }];
    }),
  );
}

/** Documents of each kind in a group; kinds that it has none of are left out. */
export function groupKinds({ kinds }: QualityTotals, group: number): Partial<Record<DocumentKind, number>> {
  const width = documentKinds.length;
  return Object.fromEntries(
    documentKinds.flatMap((kind, at) => {
      const count = kinds[group * width + at]!;
      return count === 0 ? [] : [[kind, count]];
    }),
  );
}
