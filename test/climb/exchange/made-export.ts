import type { ExportedRecipe } from '../../../climb/exchange/exported-recipe.ts';

/** A recipe of four clusters, one of them without weight, whose documents differ in length. */
export const exported: ExportedRecipe = {
  search: 'my-search',
  digest: 'd'.repeat(64),
  verdict: 'better than every baseline',
  verified: true,
  targetTokens: 4_000_000,
  clusters: [
    { cluster: 'c0000', label: 'law, court', weight: 0.5, tokens: 2_000_000, documents: 1000 },
    { cluster: 'c0001', label: 'cells', weight: 0.499998, tokens: 1_000_000, documents: 10_000 },
    { cluster: 'c0002', label: 'goals', weight: 0, tokens: 500_000, documents: 500 },
    { cluster: 'c0003', label: 'code', weight: 0.000002, tokens: 500_000, documents: 250 },
  ],
};

/** The same with these weights. */
export const weighted = (...weights: number[]): ExportedRecipe => ({
  ...exported,
  clusters: exported.clusters.map((cluster, at) => ({ ...cluster, weight: weights[at] ?? 0 })),
});
