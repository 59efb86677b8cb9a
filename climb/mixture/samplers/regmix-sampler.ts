import { dirichlet } from '../dirichlet.ts';
import { type Mixture, mixtureKey, quantise, sumOfWeights } from '../mixture.ts';
import { shuffled, type Stream } from '../../random.ts';

/**
 * The constants of RegMix's mixture_config/synthesize_mixture.py (sail-sg/regmix at 0928f16), which are also the
 * defaults of NVIDIA's recipe, tutorials/text/nemotron-climb-data-curation/5_mixture.py (NVIDIA-NeMo/Curator at
 * 12e92af): the latter is adapted from the former and draws the same mixtures.
 */
export const REGMIX_SAMPLER = {
  /** The prior is raised to this power, so that small clusters are drawn more often than their share. */
  temperature: 0.5,
  /** Sums of the Dirichlet shapes, evenly spaced in the logarithm between these two. */
  minStrength: 0.1,
  maxStrength: 5,
  strengths: 15,
  /** A weight above this many times the cluster's share in the prior is refused. */
  maximumUsage: 15,
  /** Smaller weights become 0, the others are rounded to multiples of it. */
  minimum: 2e-4,
  /** Draws for each mixture wanted, before refusals. */
  multiplier: 100,
} as const;

export type RegmixSampler = { readonly [K in keyof typeof REGMIX_SAMPLER]: number };

/**
 * The mixtures that RegMix and NVIDIA's recipe start from. Of `count · multiplier` draws from
 * Dirichlet(strength · prior^temperature / Σ prior^temperature), the strength at random each time, those that break
 * `weight ≤ min(maximumUsage · prior, 1)` are refused; the rest is rounded, freed of duplicates, and `count` of them
 * are picked at random.
 *
 * They draw at all 15 strengths and keep one of the draws at random: here one strength is picked and drawn at, which
 * is the same distribution. They keep the rounding's error in the sum, up to half a `minimum` a cluster; here the
 * weights are renormalised.
 *
 * @param prior natural proportions, such as the clusters' tokens; need not sum to 1
 * @returns distinct mixtures in random order; fewer than `count` where fewer draws were left (the recipe's behaviour:
 *          RegMix fails there)
 * @throws RangeError for a prior that is no mixture.
 */
export function regmixMixtures(
  prior: readonly number[],
  count: number,
  draws: Stream,
  sampler: RegmixSampler = REGMIX_SAMPLER,
): Mixture[] {
  const total = sumOfWeights(prior);
  const shares = prior.map((weight) => weight / total);
  const caps = shares.map((share) => Math.min(share * sampler.maximumUsage, 1));
  const tempered = shares.map((share) => (share === 0 ? 0 : Math.exp(sampler.temperature * Math.log(share))));
  const temperedTotal = sumOfWeights(tempered);
  const distinct = new Map<string, Mixture>();
  for (let i = 0; i < count * sampler.multiplier; i++) {
    const strength = strengthAt(draws.integer(sampler.strengths), sampler);
    const weights = dirichlet(
      tempered.map((weight) => (weight / temperedTotal) * strength),
      draws,
    );
    if (weights.some((weight, j) => weight > (caps[j] as number))) continue;
    const mixture = rounded(weights, sampler.minimum);
    if (mixture !== null) distinct.set(mixtureKey(mixture), mixture);
  }
  return shuffled([...distinct.values()], draws).slice(0, count);
}

/** numpy's logspace: the `step`-th of `strengths` values from `minStrength` to `maxStrength`, both included. */
function strengthAt(step: number, { minStrength, maxStrength, strengths }: RegmixSampler): number {
  return minStrength * Math.exp((Math.log(maxStrength / minStrength) * step) / Math.max(1, strengths - 1));
}

/** Null where every weight is under the minimum, which takes more clusters than 1 / minimum. */
function rounded(weights: readonly number[], minimum: number): Mixture | null {
  const kept = weights.map((weight) => (weight < minimum ? 0 : weight));
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  return quantise(kept.map((weight) => Math.round(weight / total / minimum)));
}
