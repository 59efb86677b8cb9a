import { apportion } from './apportionment.ts';
import { PARTS, fromParts, quantise, sumOfWeights } from './mixture.ts';

/** The least and the most weight of each cluster, in cluster order, multiples of 1e-6. At least one mixture fits. */
export type Constraints = { readonly lower: readonly number[]; readonly upper: readonly number[] };

export type ConstraintProblem = {
  /** Where in the search file, such as `constraints.bounds.news.lower`. */
  readonly path: string;
  readonly message: string;
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

/** What the search file and the domain set say about weights. Tokens in the proxies' tokenizer. */
export type ConstraintRequest = {
  readonly clusters: readonly string[];
  readonly clusterTokens: readonly number[];
  /** Tokens of the run that the recipe is for, not of a proxy. */
  readonly targetTokens: number;
  /** How often a token may be seen in that run. */
  readonly maxEpochs: number;
  readonly bounds?: Readonly<Record<string, { readonly lower?: number; readonly upper?: number }>>;
};

/** Rounding errors of a bound such as 0.07 must not move it by a whole part. */
const PART_TOLERANCE = 1e-6;

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
 * The constraints of a search: the file's bounds, under the caps on repetition, rounded inwards to multiples of 1e-6.
 * @throws InfeasibleConstraints with every problem found: unknown clusters, bounds that cross, sums that can't reach 1.
 */
export function constrain(request: ConstraintRequest): Constraints {
  const { clusters, targetTokens, maxEpochs, bounds = {} } = request;
  const caps = repetitionCaps(request);
  const lower = clusters.map((name) => bounds[name]?.lower ?? 0);
  const upper = clusters.map((name, i) => Math.min(bounds[name]?.upper ?? 1, caps[i] ?? 0));
  const parts = boundsInParts({ lower, upper });
  const problems: ConstraintProblem[] = Object.keys(bounds)
    .filter((name) => !clusters.includes(name))
    .map((name) => ({
      path: `constraints.bounds.${name}`,
      message: `no cluster has this name; the domain set has ${clusters.join(', ')}`,
    }));
  clusters.forEach((name, i) => {
    if ((parts.lower[i] ?? 0) <= (parts.upper[i] ?? 0)) return;
    problems.push({
      path: `constraints.bounds.${name}.lower`,
      message:
        `got ${lower[i]}, above the most this cluster can have, ${upper[i]} (its own upper bound, or ${maxEpochs} epochs ` +
        `of its ${request.clusterTokens[i]} tokens in ${targetTokens}); lower it, raise maxEpochs or target fewer tokens`,
    });
  });
  const least = parts.lower.reduce((sum, part) => sum + part, 0);
  if (least > PARTS) {
    problems.push({
      path: 'constraints.bounds',
      message: `lower bounds sum to ${least / PARTS}, above 1: no mixture has that much to give; lower some of them`,
    });
  }
  const most = parts.upper.reduce((sum, part) => sum + part, 0);
  if (most < PARTS) {
    problems.push({
      path: Object.keys(bounds).length > 0 ? 'constraints' : 'constraints.maxEpochs',
      message:
        `caps sum to ${most / PARTS}, under 1: at ${maxEpochs} epochs the corpus can't fill ${targetTokens} target tokens ` +
        'within these bounds; raise maxEpochs or upper bounds, target fewer tokens, or add data',
    });
  }
  if (problems.length > 0) throw new InfeasibleConstraints(problems);
  return { lower: fromParts(parts.lower), upper: fromParts(parts.upper) };
}

/** Whether every weight is within its bounds, give or take `tolerance`. */
export function satisfies(weights: readonly number[], constraints: Constraints, tolerance = 1e-9): boolean {
  return (
    weights.length === constraints.lower.length &&
    weights.every(
      (weight, i) =>
        weight >= (constraints.lower[i] ?? 0) - tolerance && weight <= (constraints.upper[i] ?? 0) + tolerance,
    )
  );
}

/**
 * The nearest mixture that satisfies the constraints, quantised: `clip(scale * weights, lower, upper)` with the one
 * scale that makes the sum 1 (proportional water-filling). It minimises the Kullback–Leibler divergence
 * KL(mixture ‖ weights): weights between their bounds keep their proportions. Where the positive weights can't fill
 * the mixture, the rest is spread evenly over the zeros. A feasible mixture comes back unchanged.
 * @throws RangeError for weights that `quantise` refuses.
 */
export function project(weights: readonly number[], constraints: Constraints): number[] {
  const total = sumOfWeights(weights);
  const rounded = quantise(weights);
  if (satisfies(rounded, constraints)) return rounded;
  const { lower, upper } = boundsInParts(constraints);
  const shares = weights.map((weight) => Math.max((weight / total) * PARTS, ZERO_SHARE));
  const filled = (logScale: number) => {
    const scale = Math.exp(logScale);
    return shares.map((share, i) => Math.min(Math.max(scale * share, lower[i] ?? 0), upper[i] ?? 0));
  };
  let low = -LOG_SCALE_RANGE;
  let high = LOG_SCALE_RANGE;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (filled(middle).reduce((sum, part) => sum + part, 0) > PARTS) high = middle;
    else low = middle;
  }
  return fromParts(apportion(filled(low), PARTS, lower, upper));
}

/** A weight of zero counts as this many parts: too few to matter unless everything else is full. */
const ZERO_SHARE = 1e-9;
/** Beyond e^±40 the smallest share fills a whole mixture and the largest nothing. */
const LOG_SCALE_RANGE = 40;
/** 80 / 2^60 is under the spacing of doubles near 1. */
const BISECTIONS = 60;

function boundsInParts({ lower, upper }: Constraints): { lower: number[]; upper: number[] } {
  return {
    lower: lower.map((bound) => Math.max(0, Math.ceil(bound * PARTS - PART_TOLERANCE))),
    upper: upper.map((bound) => Math.min(PARTS, Math.floor(bound * PARTS + PART_TOLERANCE))),
  };
}
