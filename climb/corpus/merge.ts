import { agglomerate, type Linkage } from './agglomeration.ts';

export type MergeRules = {
  readonly method: Linkage;
  /** Clusters wanted; there are fewer where K_init is. Null where only the threshold counts. */
  readonly target: number | null;
  /** Only what is nearer than this is merged; null where only the target counts. */
  readonly threshold: number | null;
  /** A cluster counts by its documents, instead of once. */
  readonly weighted: boolean;
} & MinimumRule;

/** A cluster with fewer tokens joins its nearest neighbour: so many, or an equal part of what all need together. */
export type MinimumRule =
  | { readonly minimumTokens: number; readonly uniformTokens?: undefined }
  | { readonly uniformTokens: number; readonly minimumTokens?: undefined };

export type MergeInput = {
  /** Row-major, K_init × dimensions. */
  readonly centroids: Float32Array;
  readonly dimensions: number;
  /** Documents of each K_init cluster. */
  readonly sizes: readonly number[];
  /** Estimated tokens of each K_init cluster. */
  readonly tokens: readonly number[];
  readonly merge: MergeRules;
  /** K_init clusters that are left out before anything is merged. */
  readonly dropped: readonly number[];
};

type Group = { members: number[]; documents: number; tokens: number; centroid: Float64Array };

/** What a cluster needs where there are `clusters` of them. */
export function tokensNeeded({ minimumTokens, uniformTokens }: MinimumRule, clusters: number): number {
  return minimumTokens ?? Math.ceil((uniformTokens ?? 0) / clusters);
}

/**
 * From K_init clusters to the axes of the search: the nearest are merged down to the target or up to the threshold
 * (NVIDIA's recipe: Ward at 1.5; the paper: centroid distance at 1.5); then the smallest group under the minimum of
 * tokens joins the group with the nearest centroid, until none is left or all are one.
 * @returns for each K_init cluster the index of its group, null for a dropped one; groups by falling number of
 * documents, then by first member
 */
export function mergeClusters(input: MergeInput): (number | null)[] {
  const { sizes, dropped, merge } = input;
  const without = new Set(dropped);
  const kept = [...sizes.keys()].filter((cluster) => !without.has(cluster));
  const groups = nearestTogether(kept, input).map((members) => describe(members, input));
  for (;;) {
    const least = tokensNeeded(merge, groups.length);
    const small = groups.reduce<Group | undefined>(
      (a, b) => (b.tokens < least && (a === undefined || b.tokens < a.tokens) ? b : a),
      undefined,
    );
    if (small === undefined || groups.length === 1) break;
    groups.splice(groups.indexOf(small), 1);
    const neighbour = nearest(groups, small.centroid);
    groups[groups.indexOf(neighbour)] = describe([...neighbour.members, ...small.members], input);
  }
  groups.sort((a, b) => b.documents - a.documents || Math.min(...a.members) - Math.min(...b.members));
  const map = new Array<number | null>(sizes.length).fill(null);
  groups.forEach(({ members }, index) => members.forEach((member) => (map[member] = index)));
  return map;
}

function nearestTogether(kept: readonly number[], { centroids, dimensions, sizes, merge }: MergeInput): number[][] {
  const points = new Float32Array(kept.length * dimensions);
  kept.forEach((cluster, at) =>
    points.set(centroids.subarray(cluster * dimensions, (cluster + 1) * dimensions), at * dimensions),
  );
  // The mean weight is 1, so that a threshold means the same with weights and without.
  const mean = kept.reduce((sum, cluster) => sum + sizes[cluster]!, 0) / kept.length;
  const weights = kept.map((cluster) => (merge.weighted ? sizes[cluster]! / mean : 1));
  const { method, target, threshold } = merge;
  const until = { linkage: method, least: target ?? 1, below: threshold ?? Infinity };
  const groups = agglomerate({ points, dimensions, weights, ...until });
  return groups.map((group) => group.map((at) => kept[at]!));
}

/** A group's centroid is that of its documents: the members' centroids weighted by size. */
function describe(members: number[], { centroids, dimensions, sizes, tokens }: MergeInput): Group {
  const documents = members.reduce((sum, member) => sum + sizes[member]!, 0);
  const centroid = new Float64Array(dimensions);
  for (const member of members) {
    const share = sizes[member]! / documents;
    for (let d = 0; d < dimensions; d++) centroid[d]! += share * centroids[member * dimensions + d]!;
  }
  return { members, documents, tokens: members.reduce((sum, member) => sum + tokens[member]!, 0), centroid };
}

function nearest(groups: readonly Group[], to: Float64Array): Group {
  const distance = ({ centroid }: Group) => centroid.reduce((sum, x, d) => sum + (x - to[d]!) ** 2, 0);
  return groups.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
