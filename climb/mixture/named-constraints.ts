import { boundTree, OverlappingGroups } from './bound-tree.ts';
import { groupsInParts } from './bounds-in-parts.ts';
import type { ConstraintProblem, ConstraintRequest, GroupBound } from './constraint-request.ts';
import { PARTS } from './mixture.ts';

/** What the file says of a cluster, and by which name. */
type Named<Value> = { readonly name: string; readonly value: Value };

/** A group with its name in the file. */
export type NamedGroup = GroupBound & { readonly name: string };

export type NamedConstraints = {
  /** By the index of the cluster. */
  readonly bounds: ReadonlyMap<
    number,
    Named<{ readonly lower?: number | undefined; readonly upper?: number | undefined }>
  >;
  readonly pinned: ReadonlyMap<number, Named<number>>;
  readonly groups: readonly NamedGroup[];
  /** Names of no cluster, and clusters that are named twice in one place. */
  readonly problems: ConstraintProblem[];
};

/** Which cluster each name of the file means: a label, or else a cluster's own name. */
export function namedConstraints(request: ConstraintRequest): NamedConstraints {
  const { clusters, labels = [], bounds = {}, pinned = {}, groups = {} } = request;
  const problems: ConstraintProblem[] = [];
  const indexOf = (name: string) => (labels.includes(name) ? labels.indexOf(name) : clusters.indexOf(name));

  /** The indices of names; of two for one cluster the second is a problem: one of the two would be lost. */
  function* known(names: readonly string[], pathOf: (name: string, at: number) => string) {
    const seen = new Map<number, string>();
    for (const [at, name] of names.entries()) {
      const index = indexOf(name);
      const earlier = seen.get(index);
      if (index < 0) {
        problems.push({
          path: pathOf(name, at),
          message: `no cluster has this name, "${name}"; the domain set has ${namesOf(clusters, labels)}`,
        });
      } else if (labels.lastIndexOf(name) > labels.indexOf(name)) {
        problems.push({
          path: pathOf(name, at),
          message: `several clusters have the label "${name}"; use the cluster's own name, one of ${clusters.join(', ')}`,
        });
      } else if (earlier !== undefined) {
        problems.push({
          path: pathOf(name, at),
          message: `"${name}" and "${earlier}" are the same cluster; name it once`,
        });
      } else {
        seen.set(index, name);
        yield [index, name] as const;
      }
    }
  }

  const byIndex = <Value>(part: string, values: Readonly<Record<string, Value>>) =>
    new Map(
      Array.from(
        known(Object.keys(values), (name) => `constraints.${part}.${name}`),
        ([index, name]) => [index, { name, value: values[name] as Value }] as const,
      ),
    );
  return {
    bounds: byIndex('bounds', bounds),
    pinned: byIndex('pinned', pinned),
    groups: Object.entries(groups).map(([name, { clusters: names, lower = 0, upper = 1 }]) => ({
      name,
      members: Array.from(
        known(names, (_, at) => `constraints.groups.${name}.clusters.${at}`),
        ([index]) => index,
      ),
      lower,
      upper,
    })),
    problems,
  };
}

/** Groups that overlap, and groups that what they hold can't fill or doesn't fit into. */
export function groupProblems(
  groups: readonly NamedGroup[],
  { lower, upper }: { readonly lower: readonly number[]; readonly upper: readonly number[] },
): ConstraintProblem[] {
  const inParts = groupsInParts(groups);
  try {
    boundTree(lower, upper, inParts);
  } catch (error) {
    if (!(error instanceof OverlappingGroups)) throw error;
    const [one, other] = error.groups.map((at) => groups[at] as NamedGroup) as [NamedGroup, NamedGroup];
    return [
      {
        path: `constraints.groups.${other.name}`,
        message: `it shares clusters with the group "${one.name}", and neither holds the other; make them disjoint, or put one within the other`,
      },
    ];
  }
  return groups.flatMap(({ name, members }, at) => {
    // All that lies within this group, itself left out.
    const inner = inParts.filter(
      (group, i) =>
        group.members.every((member) => members.includes(member)) && (group.members.length < members.length || i < at),
    );
    const only = (bounds: readonly number[]) => bounds.map((bound, i) => (members.includes(i) ? bound : 0));
    const { least, most } = boundTree(only(lower), only(upper), inner);
    const own = inParts[at] as (typeof inParts)[number];
    if (own.lower > most) {
      return [
        {
          path: `constraints.groups.${name}.lower`,
          message: `got ${own.lower / PARTS}, above the ${most / PARTS} that its clusters can have together (their bounds, groups within it and caps on repetition); lower it`,
        },
      ];
    }
    if (own.upper < least) {
      return [
        {
          path: `constraints.groups.${name}.upper`,
          message: `got ${own.upper / PARTS}, under the ${least / PARTS} that its clusters have at least; raise it`,
        },
      ];
    }
    return [];
  });
}

function namesOf(clusters: readonly string[], labels: readonly string[]): string {
  return clusters
    .map((cluster, i) => (labels[i] === undefined || labels[i] === cluster ? cluster : `${cluster} (${labels[i]})`))
    .join(', ');
}
