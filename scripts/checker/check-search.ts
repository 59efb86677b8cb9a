import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sameDigest } from './digest.ts';
import type { Evidence, Invariant, Recipe } from './evidence.ts';
import { resultOf } from './history.ts';
import { nothingLeft } from './leftovers.ts';
import { oneResult } from './one-result.ts';
import { nothingOutside } from './outside.ts';
import { processesEnded } from './processes.ts';
import { referencesResolve } from './references.ts';
import { historiesReplay } from './replay.ts';
import { searchFolder } from './search-folder.ts';
import { secretsStay } from './secrets.ts';
import { withinBudget } from './spend.ts';
import { weightsAreShares } from './weights.ts';

/** The invariants of docs/reliability.md, I1 first. */
const invariants: readonly Invariant[] = [
  oneResult,
  withinBudget,
  referencesResolve,
  nothingLeft,
  processesEnded,
  weightsAreShares,
  sameDigest,
  secretsStay,
  nothingOutside,
  historiesReplay,
];

/** How many examples of one invariant are told; more say nothing new. */
const examples = 5;

/**
 * What is wrong with a search that has ended, by invariant: `I3: artifact … is missing`; nothing where it is sound. Its
 * workers have ended too.
 */
export async function checkSearch(evidence: Evidence): Promise<string[]> {
  const { home, search, runs } = evidence;
  if (resultOf(runs) === undefined) return ['the search did not complete'];
  const path = join(searchFolder(home, search), 'recipe.json');
  let recipe: Recipe;
  try {
    recipe = JSON.parse(await readFile(path, 'utf8')) as Recipe;
  } catch (error) {
    return [`the search completed without a recipe (${(error as Error).message})`];
  }
  const found: string[] = [];
  for (const [at, invariant] of invariants.entries()) {
    const wrong = await invariant(evidence, recipe);
    found.push(...wrong.slice(0, examples).map((sentence) => `I${at + 1}: ${sentence}`));
    if (wrong.length > examples) found.push(`I${at + 1}: and ${wrong.length - examples} more`);
  }
  return found;
}
