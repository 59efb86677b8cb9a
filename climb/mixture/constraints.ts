import { boundTree, deal, type BoundNode } from './bound-tree.ts';
import { boundsInParts, groupsInParts } from './bounds-in-parts.ts';
import type { ConstraintProblem, ConstraintRequest, GroupBound } from './constraint-request.ts';
import { groupProblems, namedConstraints } from './named-constraints.ts';
import { PARTS, fromParts, quantise, sumOfWeights } from './mixture.ts';

export type { ConstraintProblem, ConstraintRequest } from './constraint-request.ts';

/**
 * The least and the most weight of each cluster, in cluster order, and of sums of some; multiples of 1e-6. Groups are
 * disjoint, or one lies within the other. At least one mixture fits.
 */
export type Constraints = {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly groups?: readonly GroupBound[];
};

/** No mixture can satisfy what the search file asks. Retrying can't help: the file has to change. */
export class InfeasibleConstraints extends Error {
  override readonly name = 'InfeasibleConstraints';
  readonly problems: readonly ConstraintProblem[];

  constructor(problems: readonly ConstraintProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.problems = problems;
  }
}

/**
 * The largest weight of each cluster that repeats no token more than `maxEpochs` times at the target size:
 * `min(1, maxEpochs * clusterTokens / targetTokens)`. Four epochs cost almost nothing (Muennighoff et al. 2023,
 * arXiv 2305.16264).
 */
export function repetitionCaps(
  request: Pick<ConstraintRequest, 'clusterTokens' | 'targetTokens' | 'maxEpochs'>,
): number[] {
  return request.clusterTokens.map((tokens) => Math.min(1, (request.maxEpochs * tokens) / request.targetTokens));
}

/**
 * The constraints of a search: the file's bounds and pins, under the caps on repetition, and its groups, rounded
 * inwards to multiples of 1e-6 (a pin to the nearest).
 * @throws InfeasibleConstraints with every problem found: unknown clusters and those named twice, bounds that cross,
 *         groups that overlap, sums that can't be reached.
 */
export function constrain(request: ConstraintRequest): Constraints {
  const { clusters, targetTokens, maxEpochs } = request;
  const { bounds, pinned, groups, problems } = namedConstraints(request);
  const caps = repetitionCaps(request);
  const pins = clusters.map((_, i) => pinned.get(i)?.value);
  const lower = clusters.map((_, i) => pins[i] ?? bounds.get(i)?.value.lower ?? 0);
  const upper = clusters.map((_, i) => Math.min(pins[i] ?? bounds.get(i)?.value.upper ?? 1, caps[i] ?? 0));
  const parts = boundsInParts({ lower, upper });
  clusters.forEach((_, i) => {
    const pin = pins[i];
    if (pin !== undefined) parts.lower[i] = Math.round(pin * PARTS);
    if (pin !== undefined && pin <= (caps[i] ?? 0)) parts.upper[i] = Math.round(pin * PARTS);
    const own = bounds.get(i);
    if (pin !== undefined && own !== undefined && (pin < (own.value.lower ?? 0) || pin > (own.value.upper ?? 1))) {
      problems.push({
        path: `constraints.pinned.${pinned.get(i)?.name}`,
        message: `got ${pin}, outside constraints.bounds.${own.name} of the same cluster; leave one of the two out`,
      });
    }
    if ((parts.lower[i] ?? 0) <= (parts.upper[i] ?? 0)) return;
    problems.push({
      path: pin === undefined ? `constraints.bounds.${own?.name}.lower` : `constraints.pinned.${pinned.get(i)?.name}`,
      message:
        `got ${lower[i]}, above the most this cluster can have, ${upper[i]} (its own upper bound, or ${maxEpochs} epochs ` +
        `of its ${request.clusterTokens[i]} tokens in ${targetTokens}); lower it, raise maxEpochs or target fewer tokens`,
    });
  });
  problems.push(...groupProblems(groups, parts));
  if (problems.every(({ path }) => !path.startsWith('constraints.groups'))) {
    const bounded = groups.length > 0 || bounds.size > 0 || pinned.size > 0;
    problems.push(...totalProblems(request, boundTree(parts.lower, parts.upper, groupsInParts(groups)), bounded));
  }
  if (problems.length > 0) throw new InfeasibleConstraints(problems);
  const rounded = { lower: fromParts(parts.lower), upper: fromParts(parts.upper) };
  if (groups.length === 0) return rounded;
  return {
    ...rounded,
    groups: groupsInParts(groups).map(({ members, lower, upper }) => ({
      members,
      lower: lower / PARTS,
      upper: upper / PARTS,
    })),
  };
}

function totalProblems(
  { maxEpochs, targetTokens }: ConstraintRequest,
  { least, most }: BoundNode,
  bounded: boolean,
): ConstraintProblem[] {
  if (least > PARTS) {
    return [
      {
        path: 'constraints',
        message: `the lower bounds of clusters and groups, and pinned weights, sum to ${least / PARTS}, above 1: no mixture has that much to give; lower some of them`,
      },
    ];
  }
  if (most >= PARTS) return [];
  return [
    {
      path: bounded ? 'constraints' : 'constraints.maxEpochs',
      message:
        `caps sum to ${most / PARTS}, under 1: at ${maxEpochs} epochs the corpus can't fill ${targetTokens} target tokens ` +
        'within these bounds; raise maxEpochs or upper bounds, target fewer tokens, or add data',
    },
  ];
}

/** Whether every weight, and every group's sum, is within its bounds, give or take `tolerance`. */
export function satisfies(weights: readonly number[], constraints: Constraints, tolerance = 1e-9): boolean {
  return (
    weights.length === constraints.lower.length &&
    weights.every(
      (weight, i) =>
        weight >= (constraints.lower[i] ?? 0) - tolerance && weight <= (constraints.upper[i] ?? 0) + tolerance,
    ) &&
    (constraints.groups ?? []).every(({ members, lower, upper }) => {
      const sum = members.reduce((total, member) => total + (weights[member] as number), 0);
      return sum >= lower - tolerance && sum <= upper + tolerance;
    })
  );
}

/**
 * The nearest mixture that satisfies the constraints, quantised. It minimises the Kullback–Leibler divergence
 * KL(mixture ‖ weights), exactly (see `deal`): weights that neither a bound of their own nor one of their group holds
 * keep their proportions. Where the positive weights can't fill the mixture, the rest is spread evenly over the zeros.
 * A feasible mixture comes back unchanged.
 * @throws RangeError for weights that `quantise` refuses.
 */
export function project(weights: readonly number[], constraints: Constraints): number[] {
  const total = sumOfWeights(weights);
  const rounded = quantise(weights);
  if (satisfies(rounded, constraints)) return rounded;
  const { lower, upper } = boundsInParts(constraints);
  const shares = weights.map((weight) => Math.max((weight / total) * PARTS, ZERO_SHARE));
  return fromParts(deal(boundTree(lower, upper, groupsInParts(constraints.groups ?? [])), shares, PARTS));
}

/** A weight of zero counts as this many parts: too few to matter unless everything else is full. */
const ZERO_SHARE = 1e-9;
