import { canonicalJson } from '../content-key.ts';
import { spaceRules } from '../mixture/mixture-space.ts';
import { batchSize, scheduleOf } from '../spec/plan.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { searchSettings } from '../spec/search-presets.ts';
import { itemsKey } from '../spec/task-item.ts';
import { scaleOf, taskLabel } from '../verification/objective.ts';

/** What a branch knows otherwise than its parent did at that iteration. */

const differs = <Of>(of: (spec: SearchSpec) => Of, parent: SearchSpec, own: SearchSpec) =>
  canonicalJson(of(parent)) !== canonicalJson(of(own));

/** Whether other tasks are searched, or by other weights: what proxies scored is then no longer what counts. */
export const otherTasks = (parent: SearchSpec, own: SearchSpec) => differs(({ tasks }) => tasks, parent, own);

/** Whether the predictor would have been fitted otherwise to the same scores. */
export function otherFit(parent: SearchSpec, own: SearchSpec): boolean {
  return differs(
    (spec) => {
      const { predictor, ngram } = searchSettings(spec);
      return { predictor, ngram, scale: scaleOf(spec) };
    },
    parent,
    own,
  );
}

/** Whether the search begins with what others measured. */
export const otherEvidence = (parent: SearchSpec, own: SearchSpec) =>
  differs(({ search }) => search.warmStart ?? null, parent, own);

/** Whether other candidates would have been kept for the iteration after `iteration`. */
export function otherCandidates(parent: SearchSpec, own: SearchSpec, iteration: number): boolean {
  return differs(
    (spec) => {
      const { schedule: _schedule, stop: _stop, ...settings } = searchSettings(spec);
      const next = batchSize(scheduleOf(spec), iteration + 1) || batchSize(scheduleOf(spec), iteration);
      return { rules: spaceRules(spec), seed: spec.seed, settings, next };
    },
    parent,
    own,
  );
}

/** Tasks of a branch that the corpus was not cleaned of, by label: those that no search of its line began with. */
export function notCleanedOf(parent: SearchSpec, own: SearchSpec, before: readonly string[] = []): string[] {
  if (!own.corpus.decontaminate) return [];
  const all = ({ tasks, report }: SearchSpec) => [...tasks, ...report.tasks];
  const cleaned = all(parent).filter((task) => !before.includes(taskLabel(task)));
  const known = new Set(cleaned.map(itemsKey));
  return all(own)
    .filter((task) => !known.has(itemsKey(task)))
    .map(taskLabel);
}
