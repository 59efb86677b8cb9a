import { epochsOf, type ExportedRecipe } from './exported-recipe.ts';

/** `{domain: [weight, repetition factor]}` as allenai/olmix hands mixes on (`prettify_mixes`, `mk_source_instances`). */
export type OlmixMixes = { readonly mixes: readonly Readonly<Record<string, readonly [number, number]>>[] };

/**
 * The recipe as a mix file of allenai/olmix with one mix, and the token counts that its `priors` want. A cluster is a
 * source without topics. The repetition factor says how often a source may be read, 1 at least: what the recipe needs at
 * the target's size, rounded up to millionths so that no token is missing. It reads weights of 0 as absent.
 */
export function olmixMix({ clusters, targetTokens }: ExportedRecipe): OlmixMixes & { readonly priors: object } {
  const mix = clusters.map((cluster) => {
    const epochs = cluster.weight > 0 ? epochsOf(cluster, targetTokens) : 0;
    return [cluster.cluster, [cluster.weight, Math.max(1, Math.ceil(epochs * 1e6) / 1e6)]] as const;
  });
  const counts = clusters.map(({ cluster, tokens }) => [cluster, tokens] as const);
  return { mixes: [Object.fromEntries(mix)], priors: { token_counts: Object.fromEntries(counts) } };
}
