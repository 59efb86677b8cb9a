import type { Invariant, Sides } from './evidence.ts';
import { eachArtifact, json } from './references.ts';

const tolerance = 1e-9;

type Mixtures = {
  readonly kind?: string;
  readonly mixtures?: readonly { readonly id: string; readonly weights: readonly number[] }[];
};

/** I6: weights ≥ 0, sum 1 ± 1e-9, within bounds: those of the recipe and of every mixture on the way to it. */
export const weightsAreShares: Invariant = async (evidence, recipe) => {
  const weights = recipe.weights.map(({ weight }) => weight);
  const wrong = [...notShares('the recipe', weights), ...outOfBounds(recipe)];
  await eachArtifact(evidence, (_, content) => {
    const { kind, mixtures = [] } = (content && (json(content) as Mixtures | undefined)) ?? {};
    if (kind === 'mixtures') for (const { id, weights } of mixtures) wrong.push(...notShares(`mixture ${id}`, weights));
  });
  return wrong;
};

function notShares(what: string, weights: readonly number[]): string[] {
  const negative = weights.findIndex((weight) => !(weight >= 0));
  if (negative >= 0) return [`${what} has weight ${negative} at ${weights[negative]}`];
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Math.abs(sum - 1) <= tolerance ? [] : [`${what} has weights that sum to ${sum}`];
}

function outOfBounds({ weights, spec }: Parameters<Invariant>[1]): string[] {
  const { bounds = {}, pinned = {}, groups = {} } = spec.constraints ?? {};
  const of = (name: string) => weights.find(({ cluster, label }) => cluster === name || label === name)?.weight;
  const outside = (what: string, weight: number | undefined, { lower = 0, upper = 1 }: Sides): string[] => {
    if (weight === undefined) return [`${what} is bounded and has no weight`];
    const within = weight >= lower - tolerance && weight <= upper + tolerance;
    return within ? [] : [`${what} has weight ${weight}, outside ${lower} to ${upper}`];
  };
  return [
    ...Object.entries(bounds).flatMap(([name, sides]) => outside(name, of(name), sides)),
    ...Object.entries(pinned).flatMap(([name, weight]) => outside(name, of(name), { lower: weight, upper: weight })),
    ...Object.entries(groups).flatMap(([name, { clusters, ...sides }]) => {
      const sum = clusters.reduce((total, member) => total + (of(member) ?? NaN), 0);
      return outside(`group ${name}`, sum, sides);
    }),
  ];
}
