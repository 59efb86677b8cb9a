import { boundTree } from '../mixture/bound-tree.ts';
import { boundsInParts, groupsInParts } from '../mixture/bounds-in-parts.ts';
import { PARTS } from '../mixture/mixture.ts';
import { groupProblems } from '../mixture/named-constraints.ts';
import type { Problem } from '../problem.ts';
import { mergeTarget } from './corpus-rules.ts';
import type { SearchSpec } from './search-file.ts';
import type { Era } from './verify-defaults.ts';

type Constraints = SearchSpec['constraints'];

/** What can be said of `constraints` before the clusters and their sizes are known; the rest is `constrain`'s. */
export function* constraintProblems(
  { constraints, clusters }: SearchSpec,
  { feasibility = true }: Era = {},
): Iterable<Problem> {
  // Known domains have names of their own, and a threshold may leave any number.
  const target = mergeTarget(clusters) ?? Infinity;
  const { bounds, pinned = {}, groups = {} } = constraints;
  if (clusters.field === undefined) yield* nameProblems(constraints, target);
  for (const [name, { lower, upper }] of Object.entries(bounds)) {
    yield* crossed(`constraints.bounds.${name}`, { lower, upper });
  }
  for (const [name, { clusters: members, lower, upper }] of Object.entries(groups)) {
    yield* crossed(`constraints.groups.${name}`, { lower, upper });
    const repeated = members.find((member, at) => members.indexOf(member) < at);
    if (repeated !== undefined) {
      yield {
        path: `constraints.groups.${name}.clusters`,
        message: `"${repeated}" stands there twice; name each cluster once`,
      };
    }
  }
  if (!feasibility) {
    yield* sumProblems({ ...constraints, groups: {} }, target);
    return;
  }
  for (const [name, weight] of Object.entries(pinned)) {
    const { lower = 0, upper = 1 } = Object.entries(bounds).find(([own]) => own === name)?.[1] ?? {};
    if (weight >= lower && weight <= upper) continue;
    yield {
      path: `constraints.pinned.${name}`,
      message: `got ${weight}, outside constraints.bounds.${name}; leave one of the two out`,
    };
  }
  yield* sumProblems(constraints, target);
}

/** What can't be kept by all weights together, which add up to 1, caps on repetition aside. */
function* sumProblems({ bounds, pinned = {}, groups = {} }: Constraints, target: number): Iterable<Problem> {
  const names = [
    ...new Set([
      ...Object.keys(pinned),
      ...Object.keys(bounds),
      ...Object.values(groups).flatMap(({ clusters }) => clusters),
    ]),
  ];
  // By entries: a domain may have the name of what every object has.
  const own = new Map(Object.entries(bounds));
  const pins = new Map(Object.entries(pinned));
  const bounded = boundsInParts({
    lower: names.map((name) => own.get(name)?.lower ?? 0),
    upper: names.map((name) => own.get(name)?.upper ?? 1),
  });
  // A pin is rounded to the nearest, as where mixtures are made.
  const orPinned = (parts: readonly number[]) =>
    parts.map((part, i) => {
      const pin = pins.get(names[i] as string);
      return pin === undefined ? part : Math.round(pin * PARTS);
    });
  const [lower, upper] = [orPinned(bounded.lower), orPinned(bounded.upper)];
  const named = Object.entries(groups).map(([name, { clusters, lower = 0, upper = 1 }]) => ({
    name,
    members: [...new Set(clusters)].map((member) => names.indexOf(member)),
    lower,
    upper,
  }));
  const inGroups = groupProblems(named, { lower, upper });
  yield* inGroups;
  if (inGroups.length > 0) return;
  const { least, most } = boundTree(lower, upper, groupsInParts(named));
  const parts = [
    ...(Object.keys(pinned).length > 0 ? ['pinned weights'] : []),
    ...(Object.keys(bounds).length > 0 ? ['SIDE bounds'] : []),
    ...(named.length > 0 ? ['SIDE bounds of groups'] : []),
  ];
  const path = `constraints${named.length > 0 ? '.groups' : Object.keys(pinned).length > 0 ? '.pinned' : '.bounds'}`;
  const saying = (side: string) => `the ${parts.join(', ').replaceAll('SIDE', side)}`;
  if (least > PARTS) {
    yield {
      path,
      message: `${saying('lower')} add up to ${least / PARTS}, but the weights of a mixture add up to 1; lower some`,
    };
  }
  const others = Math.max(0, target - names.length);
  if (most + others * PARTS < PARTS) {
    yield {
      path,
      message: `${saying('upper')} leave all ${target} clusters ${most / PARTS} at most, but the weights of a mixture add up to 1; raise some`,
    };
  }
}

function* crossed(path: string, { lower = 0, upper = 1 }: { lower?: number | undefined; upper?: number | undefined }) {
  if (lower > upper) {
    yield { path, message: `lower ${lower} is above upper ${upper}: no weight lies between; swap them` };
  }
}

function* nameProblems({ bounds, pinned = {}, groups = {} }: Constraints, target: number): Iterable<Problem> {
  const named = [
    ...Object.keys(bounds).map((name) => [`constraints.bounds.${name}`, name] as const),
    ...Object.keys(pinned).map((name) => [`constraints.pinned.${name}`, name] as const),
    ...Object.entries(groups).flatMap(([group, { clusters }]) =>
      clusters.map((name, at) => [`constraints.groups.${group}.clusters.${at}`, name] as const),
    ),
  ];
  for (const [path, name] of named) {
    if (/^c\d{4}$/.test(name) && Number(name.slice(1)) < target) continue;
    yield {
      path,
      message: `no cluster can have this name${path.endsWith(name) ? '' : `, "${name}"`}: after merging they are ${target === Infinity ? 'c0000, c0001, …' : `c0000 to c${String(target - 1).padStart(4, '0')}`}; see the clusters in an earlier report`,
    };
  }
}
