import { InvalidInput, type Problem } from '../../../climb/problem.ts';
import { parseSearchFile } from '../../../climb/spec/search-rules.ts';
import { now } from '../made-search.ts';

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
