import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import { isText, type TaskItem } from '../climb/spec/task-item.ts';
import { allowedPath } from './allowed-path.ts';
import { BadTask } from './bad-task.ts';
import type { TaskLibrary } from './task-library.ts';
import { itemsOfLines } from './task-lines.ts';

/** All of a task's items are in memory at once; a million questions take a tenth of it. */
const longest = 1 << 30;

/** What no further attempt changes, as a broken disk or network may. */
const closed = new Set(['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR']);

/** The items of a task of a search file: of the evaluation library, or of a person's own JSON lines. */
export class TaskItems {
  readonly #library: TaskLibrary;
  readonly #roots: readonly string[];

  constructor(library: TaskLibrary, roots: readonly string[]) {
    this.#library = library;
    this.#roots = roots;
  }

  /** @throws BadTask, also where the metric needs choices and the items are texts; RefusedPath */
  items(task: TaskSpec): Promise<TaskItem[]> {
    return this.#items(task).catch((error: NodeJS.ErrnoException) => {
      if (!closed.has(error.code ?? '')) throw error;
      throw new BadTask(
        `the items of "${task.name}" can't be read (${error.message}), and it is the same at every attempt; let the worker read them`,
      );
    });
  }

  async #items(task: TaskSpec): Promise<TaskItem[]> {
    const all = task.path === undefined ? await this.#library.items(task.name, task.split) : await this.#own(task.path);
    if (task.metric !== 'bitsPerByte' && all.some(isText)) {
      throw new BadTask(
        `${task.path} holds plain texts, which have no choices to be right or wrong about, got the metric "${task.metric}"; use bitsPerByte`,
      );
    }
    return task.items === undefined ? all : spread(all, task.items);
  }

  async #own(path: string): Promise<TaskItem[]> {
    const { location, folder, bytes: size } = await allowedPath(this.#roots, path);
    if (folder) throw new BadTask(`${path} is a folder; name a file of JSON lines, .jsonl or .jsonl.gz`);
    if (size > longest) {
      throw new BadTask(`${path} has ${size} bytes, and a task's items ${longest} at most; name a part of them`);
    }
    const bytes = await readFile(location);
    return itemsOfLines((path.endsWith('.gz') ? await unzipped(bytes, path) : bytes).toString('utf8'), path);
  }
}

function unzipped(bytes: Buffer, path: string): Promise<Buffer> {
  // No task is so alike that gzip makes it a hundredth; what is grows until the memory is full.
  const most = Math.min(longest, 100 * bytes.length + (1 << 20));
  return promisify(gunzip)(bytes, { maxOutputLength: most }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BadTask(
        `${path} grows from ${bytes.length} bytes to more than ${most}: it looks like a gzip bomb; unpack it`,
      );
    }
    throw new BadTask(`${path} can't be unpacked (${error.message}): none of it can be read; pack it again with gzip`);
  });
}

/** `count` of the items at equal distances, in their order: a subset that any two searches share. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)] as T);
}
