import { agnes, type Cluster } from 'ml-hclust';

export type MergeInput = {
  /** Row-major, K_init × dimensions. */
  readonly centroids: Float32Array;
  readonly dimensions: number;
  /** Documents of each K_init cluster. */
  readonly sizes: readonly number[];
  /** Estimated tokens of each K_init cluster. */
  readonly tokens: readonly number[];
  /** Clusters wanted; K_init when that is fewer. */
  readonly target: number;
  /** A cluster with fewer tokens joins its nearest neighbour. */
  readonly minimumTokens: number;
};

type Group = { members: number[]; documents: number; tokens: number; centroid: number[] };

/**
 * From K_init clusters to the axes of the search: Ward linkage on the centroids, each counted once whatever its size,
 * down to `target` groups; then the smallest group under the minimum of tokens joins the group with the nearest
 * centroid, until none is left or all are one.
 * @returns for each K_init cluster the index of its group; groups by falling number of documents, then by first member
 */
export function mergeClusters(input: MergeInput): number[] {
  const groups = wardGroups(input).map((members) => describe(members, input));
  for (;;) {
    const small = groups.filter(({ tokens }) => tokens < input.minimumTokens);
    const least = small.reduce<Group | undefined>(
      (a, b) => (a === undefined || b.tokens < a.tokens ? b : a),
      undefined,
    );
    if (least === undefined || groups.length === 1) break;
    groups.splice(groups.indexOf(least), 1);
    const neighbour = nearest(groups, least.centroid);
    groups[groups.indexOf(neighbour)] = describe([...neighbour.members, ...least.members], input);
  }
  groups.sort((a, b) => b.documents - a.documents || Math.min(...a.members) - Math.min(...b.members));
  const map = new Array<number>(input.sizes.length);
  groups.forEach(({ members }, index) => members.forEach((member) => (map[member] = index)));
  return map;
}

/** Ward's criterion needs Euclidean distances with ml-hclust's `ward2` update. */
function wardGroups({ centroids, dimensions, sizes, target }: MergeInput): number[][] {
  if (sizes.length <= target) return sizes.map((_, cluster) => [cluster]);
  const points = sizes.map((_, cluster) =>
    Array.from(centroids.subarray(cluster * dimensions, (cluster + 1) * dimensions)),
  );
  return cutTree(agnes(points, { method: 'ward2' }), target).map((group) => group.indices());
}

/** The widest group is split until there are enough (ml-hclust's own `group` loses leaves where heights are equal). */
function cutTree(tree: Cluster, target: number): Cluster[] {
  let groups = [tree];
  while (groups.length < target) {
    const widest = groups.filter(({ isLeaf }) => !isLeaf).reduce((a, b) => (b.height > a.height ? b : a));
    groups = groups.flatMap((group) => (group === widest ? group.children : [group]));
  }
  return groups;
}

/** A group's centroid is that of its documents: the members' centroids weighted by size. */
function describe(members: number[], { centroids, dimensions, sizes, tokens }: MergeInput): Group {
  const documents = members.reduce((sum, member) => sum + sizes[member]!, 0);
  const centroid = Array.from(
    { length: dimensions },
    (_, d) =>
      members.reduce((sum, member) => sum + sizes[member]! * centroids[member * dimensions + d]!, 0) / documents,
  );
  return { members, documents, tokens: members.reduce((sum, member) => sum + tokens[member]!, 0), centroid };
}

function nearest(groups: readonly Group[], to: readonly number[]): Group {
  const distance = ({ centroid }: Group) => centroid.reduce((sum, x, d) => sum + (x - to[d]!) ** 2, 0);
  return groups.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
