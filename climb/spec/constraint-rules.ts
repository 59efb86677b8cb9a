import type { Problem } from '../problem.ts';
import { mergeTarget } from './corpus-rules.ts';
import type { SearchSpec } from './search-file.ts';

type Constraints = SearchSpec['constraints'];

/** What can be said of `constraints` before the clusters and their sizes are known; the rest is `constrain`'s. */
export function* constraintProblems({ constraints, clusters }: SearchSpec): Iterable<Problem> {
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
  const pins = Object.values(pinned).reduce((sum, weight) => sum + weight, 0);
  const free = Object.entries(bounds).filter(([name]) => !Object.hasOwn(pinned, name));
  const lowest = free.reduce((sum, [, { lower = 0 }]) => sum + lower, pins);
  if (lowest > 1 + 1e-9) {
    yield {
      path: pins > 0 ? 'constraints.pinned' : 'constraints.bounds',
      message: `${pins > 0 ? 'pinned weights and lower bounds' : 'the lower bounds'} add up to ${lowest}, but the weights of a mixture add up to 1; lower some`,
    };
  }
  const unbounded = target - free.length - Object.keys(pinned).length;
  const highest = free.reduce((sum, [, { upper = 1 }]) => sum + upper, unbounded + pins);
  if (highest < 1 - 1e-9) {
    yield {
      path: pins > 0 ? 'constraints.pinned' : 'constraints.bounds',
      message: `${pins > 0 ? 'pinned weights and the upper bounds' : 'the upper bounds'} of all ${target} clusters add up to ${highest}, but the weights of a mixture add up to 1; raise some`,
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
