import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod/mini';
import { digest } from '../climb/content-key.ts';
import { adopt, publish } from './publish.ts';

/** File systems end names at 255 bytes, Temporal allows workflow ids of 1000 characters. */
const longestName = 200;
const shortened = new RegExp(`^.{${longestName - 65}}-[0-9a-f]{64}$`);

/** Says which run's files lie in a folder. Versions before 0.3.0 have none. */
const markFile = 'run.json';

/** The run is the name of a folder below `earlier`. */
const markSchema = z.object({
  run: z.string().check(z.regex(/^[\w-]+$/)),
  runsBefore: z.optional(z.array(z.string())),
});

/** What a search writes at its end. */
const lastFiles = ['recipe.json', 'report.md', 'search.json'];

/** A run that writes in a search's folder. */
export type Writer = {
  /** As Temporal calls it. */
  readonly run: string;
  /** Those that it continues; absent: nobody knows. */
  readonly runsBefore?: readonly string[];
  /** Whether it goes on from an iteration that another run wrote, as it does where it continues one. */
  readonly continues: (iteration: number) => boolean;
  /** Files that it is about to write. */
  readonly replaces?: readonly string[];
};

/**
 * What people read: `<root>/<search>/recipe.json`, `report.md` and a snapshot of each iteration. An id may be used again
 * and a workflow be reset: what the run before left, and this one hasn't done, lies in `earlier/<run>/` then. Nobody
 * looks there who asks for the search, and nothing is lost.
 */
export class SearchFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param search a workflow id: any text, so it is encoded into one path segment. */
  path(search: string, file: string): string {
    const name = encodeURIComponent(search).replace(/^\./, '%2E');
    const folder = name.length <= longestName ? name : `${name.slice(0, longestName - 65)}-${digest(search)}`;
    return join(this.#root, folder, file);
  }

  async write(search: string, file: string, content: string): Promise<string> {
    const path = this.path(search, file);
    await publish(path, content);
    return path;
  }

  /**
   * Makes the folder that of a run: what another left there is set aside, but for iterations that it continues. Doing it
   * twice is harmless, also when the first time was cut short.
   * @returns false, with nothing done, where a run that continues this one has written there by now
   */
  async takeOver(search: string, { run, runsBefore, continues, replaces = [] }: Writer): Promise<boolean> {
    const mark = await this.#mark(search);
    if (mark?.run === run) return true;
    if (mark?.runsBefore?.includes(run)) return false;
    const others = (await this.iterations(search)).filter((iteration) => !continues(iteration));
    await this.setAside(search, run, [...lastFiles, ...replaces, ...others.map((at) => `iterations/${at}.json`)]);
    await this.write(search, markFile, JSON.stringify({ run, ...(runsBefore && { runsBefore }) }));
    return true;
  }

  /** Sets files aside, as far as they are there, that another run than `run` wrote. */
  async setAside(search: string, run: string, files: readonly string[]): Promise<void> {
    const place = `earlier/${(await this.#mark(search))?.run ?? `before-${run}`}`;
    for (const file of files) {
      if ((await this.read(search, file)) === undefined) continue;
      // Another attempt may have been faster.
      await adopt(this.path(search, file), this.path(search, `${place}/${file}`)).catch(ignoringAbsence);
    }
  }

  /** Runs of which something was set aside. */
  earlierRuns(search: string): Promise<string[]> {
    return listed(this.path(search, 'earlier'));
  }

  /** Whose files these are, where the folder says so. */
  async #mark(search: string): Promise<z.infer<typeof markSchema> | undefined> {
    const text = (await this.read(search, markFile)) ?? '';
    try {
      return markSchema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /** @returns undefined where there is no such file */
  async read(search: string, file: string): Promise<string | undefined> {
    try {
      return await readFile(this.path(search, file), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Numbers of the iterations that a search has a snapshot of, rising. */
  async iterations(search: string): Promise<number[]> {
    const names = await listed(this.path(search, 'iterations'));
    return names.flatMap((name) => (/^\d+\.json$/.test(name) ? [parseInt(name, 10)] : [])).sort((a, b) => a - b);
  }

  /** Searches that have a folder, sorted; one whose id is too long for a name goes by its recipe or not at all. */
  async list(): Promise<string[]> {
    const names = await listed(this.#root);
    const ids = names.map(async (name) => {
      const id = decoded(name);
      if (id !== undefined && !shortened.test(name) && basename(this.path(id, '.')) === name) return [id];
      const recipe = await readFile(join(this.#root, name, 'recipe.json'), 'utf8').catch(() => '');
      return searchNamedIn(recipe);
    });
    return (await Promise.all(ids)).flat().sort();
  }
}

/** None where the recipe isn't whole, or says another thing than a search writes. */
function searchNamedIn(recipe: string): string[] {
  try {
    const search = (JSON.parse(recipe) as { run?: { search?: unknown } } | null)?.run?.search;
    return typeof search === 'string' ? [search] : [];
  } catch {
    return [];
  }
}

function ignoringAbsence(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined; // cut within an escape
  }
}

async function listed(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
