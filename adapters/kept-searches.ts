import type { DomainSet } from '../climb/corpus/corpus-artifacts.ts';
import type { SearchEvidence } from '../climb/exchange/scored-proxies.ts';
import type { PredictorArtifact } from '../climb/predictor/observations.ts';
import type { Recipe } from '../climb/search/recipe.ts';
import type { Snapshot } from '../climb/search/snapshot.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { SearchFolders } from './search-folders.ts';

/** A search as its folder keeps it: by its recipe or, where it has none yet, by its last snapshot. */
export type KeptSearch = SearchEvidence & {
  /** SHA-256 of its artifacts. */
  readonly domainSet: string;
  readonly tokens: string;
  /** Likewise; null where a recipe doesn't say. */
  readonly manifest: string | null;
  /** Of the items of each searched task, by label; null where only a snapshot of before 0.3.0 is left, which doesn't say. */
  readonly items: Readonly<Record<string, string>> | null;
  readonly recipe: Recipe | null;
  /** Of its last iteration, where it has no recipe. */
  readonly snapshot: Snapshot | null;
};

type World = { readonly store: ArtifactStore; readonly searches: SearchFolders };

/**
 * @returns undefined where nothing is kept of it
 * @throws BrokenArtifact
 */
export async function keptSearch({ store, searches }: World, search: string): Promise<KeptSearch | undefined> {
  const recipe = await searches.read(search, 'recipe.json');
  if (recipe !== undefined) return searchOfRecipe(JSON.parse(recipe) as Recipe);
  const last = (await searches.iterations(search)).at(-1);
  const text = last === undefined ? undefined : await searches.read(search, `iterations/${last}.json`);
  if (text === undefined) return undefined;
  const snapshot = JSON.parse(text) as Snapshot;
  const { spec, manifest, domainSet, tokens, predictor, carried } = snapshot;
  if (predictor === null) return undefined; // it has measured nothing yet
  const items = carried?.items.searched.map(({ sha256 }, at) => [taskLabel(spec.tasks[at]!), sha256] as const);
  const { clusters } = await store.readJson<DomainSet>(domainSet);
  const { observations } = await store.readJson<PredictorArtifact>(predictor);
  return {
    search,
    spec,
    ...(carried?.branch?.seed !== undefined && { trainingSeed: carried.branch.seed }),
    clusters: clusters.map(({ cluster, label }) => ({ cluster, label })),
    observations,
    arms: [],
    hashes: {},
    domainSet: domainSet.sha256,
    tokens: tokens.sha256,
    manifest: manifest.sha256,
    items: items ? Object.fromEntries(items) : null,
    recipe: null,
    snapshot,
  };
}

export function searchOfRecipe(recipe: Recipe): KeptSearch {
  const { spec, evidence, hashes, weights, run, seeds } = recipe;
  const items = Object.entries(hashes).flatMap(([name, hash]) =>
    name.startsWith('items.') ? [[name.slice('items.'.length), hash] as const] : [],
  );
  return {
    search: run.search,
    spec,
    ...(seeds.training !== undefined && { trainingSeed: seeds.training }),
    clusters: weights.map(({ cluster, label }) => ({ cluster, label })),
    observations: evidence.observations,
    arms: evidence.arms,
    hashes,
    domainSet: hashes['domainSet'] ?? '',
    tokens: hashes['tokens'] ?? '',
    manifest: hashes['manifest'] ?? null,
    items: Object.fromEntries(items),
    recipe,
    snapshot: null,
  };
}
