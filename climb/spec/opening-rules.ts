import { textBytes, type SizedFile } from '../corpus/text-size.ts';
import type { Problem } from '../problem.ts';
import { taskLabel } from '../verification/objective.ts';
import type { SearchSpec, TaskSpec } from './search-file.ts';
import { itemKey, type TaskItem } from './task-item.ts';
import { trunkShape } from './trunk.ts';

/** Rules on what a search file names but can't contain; the others are in search-rules.ts. */

/** Compressed text is hardly ever smaller than a twentieth of it. */
const largestRatio = 20;

/** A token is one byte at least: a target or a trunk that no tokenizer could fill within the caps is refused before any work. */
export function* targetProblems(
  { target, proxy, constraints }: SearchSpec,
  files: readonly SizedFile[],
): Iterable<Problem> {
  const bytes = textBytes(files, largestRatio);
  const most = bytes * constraints.maxEpochs;
  for (const [path, tokens = 0] of [
    ['target.tokens', target.tokens],
    ['proxy.warmStart.tokens', trunkShape(proxy)?.tokens],
  ] as const) {
    if (tokens <= most) continue;
    yield {
      path,
      message: `got ${tokens}, but ${constraints.maxEpochs} epochs of this corpus are ${most} tokens at most: every mixture would repeat more than constraints.maxEpochs allows; lower it, raise maxEpochs or add text`,
    };
  }
}

/** Share of a report task's items that may stand among the searched ones: large sets share a stray question. */
const toleratedOverlap = 0.01;

/** A task with its items, none where it couldn't be read. */
export type ItemsOf = { readonly task: TaskSpec; readonly items: readonly TaskItem[] };

/** Report tasks whose items the search would optimise, whatever they are called. */
export function* seenItems(searched: readonly ItemsOf[], reported: readonly ItemsOf[]): Iterable<Problem> {
  const keys = searched.map(({ task, items }) => ({ task, keys: new Set(items.map(itemKey)) }));
  for (const [at, { task, items }] of reported.entries()) {
    const common = items.map(itemKey).filter((key) => keys.some((other) => other.keys.has(key)));
    if (common.length <= toleratedOverlap * items.length) continue;
    const names = keys
      .filter((other) => common.some((key) => other.keys.has(key)))
      .map((other) => taskLabel(other.task));
    yield {
      path: `report.tasks.${at}`,
      message: `${common.length} of the ${items.length} items of "${taskLabel(task)}" are also searched, in "${names.join('" and "')}": their scores would flatter the recipe; report other items`,
    };
  }
}
