import { apportion } from './apportionment.ts';

/** A weight of the mixture, or a group of them, with the least and the most parts that it can have. */
export type BoundNode = Leaf | Group;
type Leaf = { readonly least: number; readonly most: number; readonly index: number };
type Group = { readonly least: number; readonly most: number; readonly children: readonly BoundNode[] };

/** Bounds on the sum of some weights, in parts. */
export type GroupParts = { readonly members: readonly number[]; readonly lower: number; readonly upper: number };

/** Two groups of which neither holds the other: the tree has no place for both. Indices among the groups. */
export class OverlappingGroups extends Error {
  override readonly name = 'OverlappingGroups';
  readonly groups: readonly [number, number];

  constructor(groups: readonly [number, number]) {
    super(`groups ${groups.join(' and ')} overlap, and neither holds the other`);
    this.groups = groups;
  }
}

/**
 * Single bounds and those of groups as a tree: every group holds the smaller groups within it. `least` and `most` of a
 * node are what its own bounds and those below it leave; where least > most nothing fits.
 * @throws OverlappingGroups
 */
export function boundTree(
  lower: readonly number[],
  upper: readonly number[],
  groups: readonly GroupParts[] = [],
): BoundNode {
  type Placed = { readonly node: BoundNode; readonly members: readonly number[]; readonly group: number };
  let forest: Placed[] = lower.map((least, index) => ({
    node: { least, most: upper[index] as number, index },
    members: [index],
    group: -1,
  }));
  const order = groups
    .map((_, at) => at)
    .sort((a, b) => sizeOf(groups[a]) - sizeOf(groups[b]) || a - b)
    .map((at) => [at, groups[at] as GroupParts] as const);
  for (const [at, { members, lower: least, upper: most }] of order) {
    const touches = forest.filter((tree) => tree.members.some((member) => members.includes(member)));
    const stranger = touches.find((tree) => !tree.members.every((member) => members.includes(member)));
    if (stranger !== undefined) throw new OverlappingGroups([stranger.group, at]);
    const node = joined(
      touches.map((tree) => tree.node),
      least,
      most,
    );
    forest = [...forest.filter((tree) => !touches.includes(tree)), { node, members, group: at }];
  }
  return joined(
    forest.map(({ node }) => node),
    0,
    Infinity,
  );
}

/**
 * Deals `total` parts so that KL(parts ‖ shares) is least under the bounds: each weight is
 * `clip(scale · share, least, most)`, one scale for all that no group's bound holds, and another inside a group that
 * reached one (the multipliers of Lagrange: each adds the same to the logarithm of all weights of its group).
 * Each level is rounded by largest remainder within its bounds, so that every group's sum stays within its own.
 *
 * @param shares > 0, whatever their sum
 * @param total  a whole number from the root's `least` to its `most`
 */
export function deal(root: BoundNode, shares: readonly number[], total: number): number[] {
  const parts = shares.map(() => 0);
  fill(root, total);
  return parts;

  function fill(node: BoundNode, amount: number): void {
    if ('index' in node) {
      parts[node.index] = amount;
      return;
    }
    const { children } = node;
    const scale = scaleFor(children, shares, amount);
    const masses = children.map((child) => massOf(child, shares, scale));
    const counts = apportion(
      masses,
      amount,
      children.map(({ least }) => least),
      children.map(({ most }) => most),
    );
    children.forEach((child, at) => fill(child, counts[at] as number));
  }
}

/** Beyond e^±40 the smallest share fills a whole mixture and the largest nothing. */
const LOG_SCALE_RANGE = 40;
/** 80 / 2^60 is under the spacing of doubles near 1. */
const BISECTIONS = 60;

/** The largest scale at which the nodes take no more than `amount`. */
function scaleFor(nodes: readonly BoundNode[], shares: readonly number[], amount: number): number {
  let low = -LOG_SCALE_RANGE;
  let high = LOG_SCALE_RANGE;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    const scale = Math.exp(middle);
    if (nodes.reduce((sum, node) => sum + massOf(node, shares, scale), 0) > amount) high = middle;
    else low = middle;
  }
  return Math.exp(low);
}

function massOf(node: BoundNode, shares: readonly number[], scale: number): number {
  const free =
    'index' in node
      ? scale * (shares[node.index] as number)
      : node.children.reduce((sum, child) => sum + massOf(child, shares, scale), 0);
  return Math.min(Math.max(free, node.least), node.most);
}

function joined(children: readonly BoundNode[], lower: number, upper: number): Group {
  const sum = (of: 'least' | 'most') => children.reduce((total, child) => total + child[of], 0);
  return { least: Math.max(lower, sum('least')), most: Math.min(upper, sum('most')), children };
}

const sizeOf = (group: GroupParts | undefined) => group?.members.length ?? 0;
