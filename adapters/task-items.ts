import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { InvalidInput } from '../climb/problem.ts';
import { parse } from '../climb/schema-problems.ts';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import { allowedPath } from './allowed-path.ts';
import { BadTask, type TaskItem, type TaskLibrary } from './task-library.ts';

const line = z.object({
  query: z.string(),
  choices: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  gold: z.int().check(z.minimum(0)),
});

/** The items of a task of a search file: of the evaluation library, or of a person's own JSON lines. */
export class TaskItems {
  readonly #library: TaskLibrary;
  readonly #roots: readonly string[];

  constructor(library: TaskLibrary, roots: readonly string[]) {
    this.#library = library;
    this.#roots = roots;
  }

  /** @throws BadTask */
  async items(task: TaskSpec): Promise<TaskItem[]> {
    const all = task.path === undefined ? await this.#library.items(task.name, task.split) : await this.#own(task.path);
    return task.items === undefined ? all : spread(all, task.items);
  }

  async #own(path: string): Promise<TaskItem[]> {
    const { location, folder } = await allowedPath(this.#roots, path);
    if (folder) throw new BadTask(`${path} is a folder; name a file of JSON lines {query, choices, gold}`);
    const lines = (await readFile(location, 'utf8')).split('\n');
    const items = lines.flatMap((text, at) => (text.trim() === '' ? [] : [itemOf(text, `${path} line ${at + 1}`, at)]));
    if (items.length < 2)
      throw new BadTask(
        `${path} has ${items.length} items; a score needs two at least to say how sure it is; add items {query, choices, gold}`,
      );
    return items;
  }
}

function itemOf(text: string, where: string, at: number): TaskItem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadTask(
      `${where} isn't JSON (${(error as Error).message}); each line is one item {query, choices, gold}`,
    );
  }
  try {
    const { query, choices, gold } = parse(line, value, where);
    if (gold >= choices.length)
      throw new BadTask(`${where}: gold is ${gold}, but there are ${choices.length} choices, counted from 0`);
    return { id: String(at), query, choices, gold };
  } catch (error) {
    if (error instanceof InvalidInput) throw new BadTask(error.message);
    throw error;
  }
}

/** `count` of the items at equal distances, in their order: a subset that any two searches share. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)] as T);
}
