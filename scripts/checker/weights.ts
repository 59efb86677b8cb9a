import type { Invariant, Recipe, Sides } from './evidence.ts';
import { happenings } from './history.ts';
import { eachArtifact, json } from './references.ts';

const tolerance = 1e-9;
/** A pin becomes the nearest multiple of 1e-6. */
const pinTolerance = 5e-7 + tolerance;

type Mixtures = {
  readonly kind?: string;
  readonly mixtures?: readonly { readonly id: string; readonly weights: readonly number[] }[];
};

/** What draws mixtures that this search may train: others are a parent's, whose bounds may have been others. */
const samplers = ['sampleMixtures', 'sampleRegmix', 'sampleVerification'];
/** A trunk is to know a little of everything: it reads the corpus as it is, whatever the bounds. */
const unbounded = 'trunk-sample';

/** I6: weights ≥ 0, sum 1 ± 1e-9, within bounds: those of the recipe and of every mixture on the way to it. */
export const weightsAreShares: Invariant = async (evidence, recipe) => {
  const shares = recipe.weights.map(({ weight }) => weight);
  const wrong = [...notShares('the recipe', shares), ...outOfBounds('the recipe', shares, recipe)];
  const bounded = sampled(evidence);
  await eachArtifact(evidence, ({ sha256 }, content) => {
    const { kind, mixtures = [] } = (content && (json(content) as Mixtures | undefined)) ?? {};
    if (kind !== 'mixtures') return;
    for (const { id, weights } of mixtures) {
      wrong.push(...notShares(`mixture ${id}`, weights));
      if (bounded.has(sha256)) wrong.push(...outOfBounds(`mixture ${id}`, weights, recipe));
    }
  });
  return wrong;
};

/** Artifacts of mixtures that have to keep the bounds. */
function sampled({ runs }: Parameters<Invariant>[0]): ReadonlySet<string> {
  const refs = happenings(runs).flatMap((step) => {
    if (step.kind !== 'completed' || !samplers.includes(step.activity.type) || step.activity.id === unbounded)
      return [];
    const { ref } = step.result as { readonly ref: { readonly sha256: string } };
    return [ref.sha256];
  });
  return new Set(refs);
}

function notShares(what: string, weights: readonly number[]): string[] {
  const negative = weights.findIndex((weight) => !(weight >= 0));
  if (negative >= 0) return [`${what} has weight ${negative} at ${weights[negative]}`];
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Math.abs(sum - 1) <= tolerance ? [] : [`${what} has weights that sum to ${sum}`];
}

/** @param shares in the order of the recipe's clusters */
function outOfBounds(what: string, shares: readonly number[], { weights: clusters, spec }: Recipe): string[] {
  if (shares.length !== clusters.length)
    return [`${what} has ${shares.length} weights for ${clusters.length} clusters`];
  const { bounds = {}, pinned = {}, groups = {} } = spec.constraints ?? {};
  const of = (name: string) => shares[clusters.findIndex(({ cluster, label }) => cluster === name || label === name)];
  const outside = (name: string, weight: number | undefined, { lower = 0, upper = 1 }: Sides, within = tolerance) => {
    if (weight === undefined) return [`${what} has no weight for ${name}, which is bounded`];
    if (weight >= lower - within && weight <= upper + within) return [];
    return [`${what} has weight ${weight} for ${name}, outside ${lower} to ${upper}`];
  };
  return [
    ...Object.entries(bounds).flatMap(([name, sides]) => outside(name, of(name), sides)),
    ...Object.entries(pinned).flatMap(([name, weight]) =>
      outside(name, of(name), { lower: weight, upper: weight }, pinTolerance),
    ),
    ...Object.entries(groups).flatMap(([name, { clusters: members, ...sides }]) => {
      const sum = members.reduce((total, member) => total + (of(member) ?? NaN), 0);
      return outside(`group ${name}`, sum, sides);
    }),
  ];
}
