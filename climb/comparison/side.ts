import type { Recipe } from '../search/recipe.ts';
import type { Branch } from '../search/search-state.ts';
import type { Snapshot } from '../search/snapshot.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { ProxyScore } from '../verification/proxy-score.ts';

/** One of two searches that are compared, as far as its folder and its artifacts say. */
export type Side = {
  readonly search: string;
  readonly spec: SearchSpec;
  /** Null where it has no recipe yet: then there is a snapshot, of its last iteration. */
  readonly recipe: Recipe | null;
  readonly snapshot: Snapshot | null;
  /** SHA-256 of its domain set. */
  readonly domainSet: string;
  readonly clusters: readonly { readonly cluster: string; readonly label: string }[];
  /** Of the recipe, or of the best mixture so far; in the order of the clusters. */
  readonly weights: readonly number[];
  /** SHA-256 of the items of each task, searched or reported, by its label. */
  readonly items: Readonly<Record<string, string>>;
  /** Name and version; null where a snapshot of before 0.3.0 doesn't say. */
  readonly trainer: string | null;
  /** Runs of the recommended arm with fresh seeds; null where there are none, or their artifacts aren't here. */
  readonly runs: readonly ProxyScore[] | null;
};

export function branchOf({ recipe, snapshot }: Pick<Side, 'recipe' | 'snapshot'>): Branch | null {
  return recipe?.run.branch ?? snapshot?.carried?.branch ?? null;
}
