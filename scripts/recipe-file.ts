import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keptSearch, searchOfRecipe, type KeptSearch } from '../adapters/kept-searches.ts';
import type { openWorld } from '../adapters/world.ts';
import type { FileAssignment } from '../climb/corpus/file-assignment.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import type { ExportedRecipe } from '../climb/exchange/exported-recipe.ts';
import type { FileShares } from '../climb/exchange/source-weights.ts';
import { targetTokens } from '../climb/mixture/mixture-space.ts';
import type { Recipe } from '../climb/search/recipe.ts';
import { CommandProblem } from './run-command.ts';

type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * @param named a search by its workflow id, or the path of a recipe.json
 * @throws CommandProblem for a search that nothing is kept of
 */
export async function findSearch(world: World, named: string): Promise<KeptSearch> {
  if (named.endsWith('.json')) return searchOfRecipe(await readRecipe(named));
  const found = await keptSearch(world, named);
  if (found !== undefined) return found;
  const kept = await world.searches.list();
  if (kept.includes(named)) {
    throw new CommandProblem(
      `the search "${named}" has measured nothing yet. Try: once its first iteration is done, or npm run climb -- watch ${named}`,
    );
  }
  throw new CommandProblem(
    `nothing is kept of a search "${named}" here (kept are: ${kept.join(', ') || 'none'}). Try: one of those, the path of a recipe.json, or CLIMB_HOME for another state folder`,
  );
}

async function readRecipe(path: string): Promise<Recipe> {
  try {
    const recipe = JSON.parse(await readFile(path, 'utf8')) as Partial<Recipe>;
    if (recipe.kind === 'recipe' && recipe.schema === 1) return recipe as Recipe;
  } catch (error) {
    throw new CommandProblem(`can't read ${path} (${(error as Error).message}). Try: the recipe.json of a search`);
  }
  throw new CommandProblem(`${path} is no recipe of a search. Try: the file that its report stands beside`);
}

/** @throws CommandProblem for a search without a recipe, or one whose token counts are elsewhere. */
export async function exportedRecipe(
  { store }: World,
  { search, recipe, tokens }: KeptSearch,
): Promise<ExportedRecipe> {
  if (recipe === null) {
    throw new CommandProblem(
      `the search "${search}" has no recipe yet. Try: once it is done, or npm run climb -- watch ${search}`,
    );
  }
  const ref = await store.find(tokens);
  if (ref === undefined) {
    throw new CommandProblem(
      `the recipe's tokens are counted in artifact ${tokens}, which isn't in ${store.root}: exports need the size of each cluster. Try: CLIMB_HOME for the state folder of that search`,
    );
  }
  const { clusters } = await store.readJson<TokenShards>(ref);
  const { weights, spec, digest, verdict, verified } = recipe;
  return {
    search,
    digest,
    verdict,
    verified,
    targetTokens: targetTokens(spec),
    clusters: weights.map((weight, at) => ({
      ...weight,
      tokens: clusters[at]?.tokens ?? 0,
      documents: clusters[at]?.documents ?? 0,
    })),
  };
}

/**
 * The summaries that `climb assign` wrote below a folder.
 * @throws CommandProblem where there are none, or they are of another domain set
 */
export async function assignedFiles(folder: string, { domainSet, clusters }: KeptSearch): Promise<FileShares[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw new CommandProblem(`can't read ${folder} (${error.message}). Try: the folder of climb assign --to`);
  });
  const files = names.filter((name) => name.endsWith('.summary.json')).sort();
  if (files.length === 0) {
    throw new CommandProblem(
      `${folder} has no FILE.summary.json. Try: npm run climb -- assign SEARCH FILES --to ${folder}`,
    );
  }
  return Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      const made = JSON.parse(text) as FileAssignment & { path: string };
      if (made.domainSet !== domainSet) {
        throw new CommandProblem(
          `${name} was assigned by another domain set (${made.domainSet}, the recipe's is ${domainSet}). Try: climb assign with this search`,
        );
      }
      const bytes = new Map(made.clusters.map((one) => [one.cluster, one.bytes]));
      return { path: made.path, bytes: clusters.map(({ cluster }) => bytes.get(cluster) ?? 0) };
    }),
  );
}
