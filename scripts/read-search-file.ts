import { readFile } from 'node:fs/promises';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { parseSearchFile } from '../climb/spec/search-rules.ts';
import { CommandProblem } from './run-command.ts';

/**
 * A search file that a command was given.
 * @throws CommandProblem for what isn't there or isn't JSON; InvalidInput
 */
export async function readSearchFile(file: string): Promise<SearchSpec> {
  return parseSearchFile(await readJson(file), Date.now());
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandProblem(
      `can't read ${file} (${error.message}). Try: a path to a search file, such as examples/quickstart.json`,
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandProblem(
      `${file} isn't JSON (${(error as Error).message}), so no search can be started from it. Try: mend it at that place; comments aren't JSON`,
    );
  }
}
