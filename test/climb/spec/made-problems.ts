import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { changed, now, shortestFile } from '../made-search.ts';

/** What is wrong with a search file. */
export function problemsOf(file: unknown): readonly Problem[] {
  try {
    parseSearchFile(file, now);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

/** The shortest search file with other values at some paths. */
export const fileWith = (changes: Record<string, unknown>) =>
  Object.entries(changes).reduce<unknown>((file, [path, value]) => changed(file, path, value), shortestFile);
