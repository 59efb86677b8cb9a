import { epochsOf, type ExportedRecipe } from './exported-recipe.ts';

/** `mix` of a launch config: what `MixEntry` and `mk_source_instances` of allenai/olmix read of each source. */
export type OlmixMix = Readonly<Record<string, { readonly weight: number; readonly repetition_factor: number }>>;

/**
 * Two parts of allenai/olmix's YAML configs, as JSON, which YAML is a superset of: `mix` of a launch config
 * (olmix/aliases.py, `LaunchConfig`) and the token counts that `priors` of a fit want. A cluster is a source without
 * topics. The repetition factor says how often a source may be read, 1 at least: what the recipe needs at the target's
 * size, rounded up to millionths so that no token is missing. It reads weights of 0 as absent.
 */
export function olmixMix({ clusters, targetTokens }: ExportedRecipe): {
  readonly mix: OlmixMix;
  readonly priors: { readonly token_counts: Readonly<Record<string, number>> };
} {
  const mix = clusters.map((cluster) => {
    const { weight } = cluster;
    const epochs = weight > 0 ? epochsOf(cluster, targetTokens) : 0;
    return [cluster.cluster, { weight, repetition_factor: Math.max(1, Math.ceil(epochs * 1e6) / 1e6) }] as const;
  });
  const counts = clusters.map(({ cluster, tokens }) => [cluster, tokens] as const);
  return { mix: Object.fromEntries(mix), priors: { token_counts: Object.fromEntries(counts) } };
}
