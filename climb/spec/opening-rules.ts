import { textBytes, type SizedFile } from '../corpus/text-size.ts';
import type { Problem } from '../problem.ts';
import type { SearchSpec } from './search-file.ts';
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

/**
 * Report tasks whose items the search would optimise, whatever they are called.
 * @param reported items of each report task in the file's order, none for one that couldn't be read
 */
export function* seenItems(
  searched: readonly (readonly TaskItem[])[],
  reported: readonly (readonly TaskItem[])[],
): Iterable<Problem> {
  const seen = new Set(searched.flat().map(itemKey));
  for (const [at, items] of reported.entries()) {
    const common = items.filter((item) => seen.has(itemKey(item))).length;
    if (common > toleratedOverlap * items.length) {
      yield {
        path: `report.tasks.${at}`,
        message: `${common} of its ${items.length} items are also searched: their scores would flatter the recipe; report other items`,
      };
    }
  }
}
