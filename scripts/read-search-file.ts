import { readFile } from 'node:fs/promises';
import { jsonTextProblems } from '../climb/json-text.ts';
import { InvalidInput } from '../climb/problem.ts';
import { isBranchFile } from '../climb/spec/branch-file.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { parseSearchFile } from '../climb/spec/search-rules.ts';
import { CommandProblem } from './run-command.ts';

/** Of a payload, by default. */
const longest = 2 << 20;

/**
 * A search file with a corpus of its own that a command was given.
 * @throws CommandProblem for what isn't there or isn't JSON; InvalidInput
 */
export async function readSearchFile(file: string): Promise<SearchSpec> {
  const found = await readJson(file);
  if (isBranchFile(found)) {
    throw new CommandProblem(
      `${file} goes on from another search, with that search's corpus and clusters: there is nothing to choose. Try: the file of the search that began the line`,
    );
  }
  return parseSearchFile(found, Date.now());
}

/** @throws CommandProblem for what isn't there or isn't JSON; InvalidInput for what reading it would lose in silence */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandProblem(
      `can't read ${file} (${error.message}). Try: a path to a search file, such as examples/quickstart.json`,
    );
  });
  if (text.length > longest) {
    throw new CommandProblem(
      `${file} has ${text.length} characters, and Temporal takes ${longest} bytes: no search can be started from it. Try: is it the search file?`,
    );
  }
  if (text.startsWith('\ufeff')) {
    throw new CommandProblem(
      `${file} begins with a byte order mark, which is no part of JSON: no search can be started from it. Try: saving it as UTF-8 without one`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandProblem(
      `${file} isn't JSON (${(error as Error).message}), so no search can be started from it. Try: mend it at that place; comments aren't JSON`,
    );
  }
  const problems = jsonTextProblems(text);
  if (problems.length > 0) throw new InvalidInput(file, problems);
  return value;
}
