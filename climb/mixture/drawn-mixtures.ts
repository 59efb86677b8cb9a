import { type Constraints, project } from './constraints.ts';
import { dirichlet } from './dirichlet.ts';
import { type Mixture, mixtureKey, sumOfWeights } from './mixture.ts';
import { regmixMixtures, REGMIX_SAMPLER } from './samplers/regmix-sampler.ts';
import { type Stream } from '../random.ts';
import type { SearchSettings } from '../spec/search-presets.ts';

/** How mixtures are drawn around the natural proportions. */
export type DirichletSettings = Pick<SearchSettings, 'temperature' | 'strength'>;

type DrawRequest = {
  /** Natural proportions; need not sum to 1. */
  readonly prior: readonly number[];
  readonly constraints: Constraints;
  /** Never drawn. */
  readonly exclude: readonly Mixture[];
  readonly size: number;
  readonly draws: Stream;
};

/** Draws for each mixture wanted before giving up: tight constraints leave few. */
const PATIENCE = 20;

/**
 * Distinct mixtures within the constraints, drawn from Dirichlet(strength · prior^temperature / Σ prior^temperature),
 * each strength in its turn. A draw that breaks a constraint is moved as little as it demands.
 * @returns fewer than `size` only where no more were found
 */
export function drawnMixtures(request: DrawRequest & { readonly sampler: DirichletSettings }): Mixture[] {
  const { prior, sampler, draws } = request;
  const shapes = tempered(prior, sampler.temperature);
  const strengths = strengthsOf(sampler.strength);
  return collect(request, (i) => {
    const strength = strengths[i % strengths.length] as number;
    return dirichlet(
      shapes.map((shape) => shape * strength),
      draws,
    );
  });
}

/** As the recipe's first batch, under this search's constraints; where its rejections leave too few, without them. */
export function recipeMixtures(request: DrawRequest & { readonly sampler: DirichletSettings }): Mixture[] {
  const { prior, size, draws, sampler, exclude, constraints } = request;
  const { temperature, strength } = sampler;
  const settings = {
    ...REGMIX_SAMPLER,
    temperature,
    minStrength: strength.minimum,
    maxStrength: strength.maximum,
    strengths: strength.steps,
  };
  const drawn = regmixMixtures(prior, size, draws, settings);
  const kept = collect({ ...request, size: Math.min(size, drawn.length) }, (i) => drawn[i] ?? null);
  const rest = { prior, constraints, draws, sampler, exclude: [...exclude, ...kept], size: size - kept.length };
  return [...kept, ...drawnMixtures(rest)];
}

/** @param draw null: there are no more */
function collect(
  { constraints, exclude, size }: DrawRequest,
  draw: (i: number) => readonly number[] | null,
): Mixture[] {
  const excluded = new Set(exclude.map(mixtureKey));
  const found = new Map<string, Mixture>();
  for (let i = 0; found.size < size && i < size * PATIENCE; i++) {
    const weights = draw(i);
    if (weights === null) break;
    const mixture = project(weights, constraints);
    const key = mixtureKey(mixture);
    if (!excluded.has(key)) found.set(key, mixture);
  }
  return [...found.values()];
}

function tempered(prior: readonly number[], temperature: number): number[] {
  const total = sumOfWeights(prior);
  const powers = prior.map((weight) => (weight === 0 ? 0 : Math.exp(temperature * Math.log(weight / total))));
  const sum = sumOfWeights(powers);
  return powers.map((power) => power / sum);
}

/** `steps` values from the least to the greatest, both included, evenly spaced in the logarithm. */
function strengthsOf({ minimum, maximum, steps }: DirichletSettings['strength']): number[] {
  return Array.from(
    { length: steps },
    (_, step) => minimum * Math.exp((Math.log(maximum / minimum) * step) / Math.max(1, steps - 1)),
  );
}
