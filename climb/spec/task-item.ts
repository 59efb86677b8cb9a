import type { TaskSpec } from './search-file.ts';

/** One question: the model scores each choice as the continuation of the query. */
export type Question = {
  readonly id: string;
  readonly query: string;
  readonly choices: readonly string[];
  /** Index of the right choice. */
  readonly gold: number;
};

/** Text that the target model should find likely: scored whole, without a context. There is nothing to choose from. */
export type PlainText = { readonly id: string; readonly text: string };

/** One line of a task as the trainer reads it (trainer/README.md). A task is of one kind. */
export type TaskItem = Question | PlainText;

export const isText = (item: TaskItem): item is PlainText => 'text' in item;

/** A text equal for items that ask the same, whatever they are called. */
export function itemKey(item: TaskItem): string {
  return JSON.stringify(isText(item) ? item.text : [item.query, item.choices]);
}

/** About what a byte-level BPE makes of English: an estimate of cost needs no more. */
const charactersPerToken = 3;

/**
 * Continuations that one evaluation of these items scores: an estimate of its cost. A text counts once for each of the
 * blocks that it is cut into.
 * @param context tokens a sequence
 */
export function continuations(items: readonly TaskItem[], choices: 'gold' | 'all', context: number): number {
  return items.reduce((sum, item) => {
    if (isText(item)) return sum + Math.ceil(item.text.length / charactersPerToken / context);
    return sum + (choices === 'all' ? item.choices.length : 1);
  }, 0);
}

/** What the search file says of a task's items: equal texts name the same. */
export function itemsKey({ name, split, path, items }: Pick<TaskSpec, 'name' | 'split' | 'path' | 'items'>): string {
  return JSON.stringify([name, split, path ?? null, items ?? null]);
}
