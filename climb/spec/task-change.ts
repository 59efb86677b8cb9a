import type { Problem } from '../problem.ts';
import { proposalProblems } from './proposal-rules.ts';
import type { SearchSpec, TaskSpec } from './search-file.ts';
import { searchSettings } from './search-presets.ts';
import { guardProblems, taskProblems } from './task-rules.ts';
import { verifyProblems } from './verify-rules.ts';

/**
 * The spec of a search that goes on with other tasks. The n-gram optimum is no baseline any more where the new ones have
 * no n-gram models.
 */
export function withTasks(spec: SearchSpec, tasks: readonly TaskSpec[]): SearchSpec {
  const changed = { ...spec, tasks: [...tasks] };
  const { verify } = spec;
  if (searchSettings(changed).ngram) return changed;
  return { ...changed, verify: { ...verify, baselines: verify.baselines.filter((name) => name !== 'ngram') } };
}

/** What between the new tasks and the rest of the search file can't be. */
export function* taskChangeProblems(spec: SearchSpec, tasks: readonly TaskSpec[]): Iterable<Problem> {
  const changed = withTasks(spec, tasks);
  yield* taskProblems(changed);
  yield* guardProblems(changed);
  yield* proposalProblems(changed);
  yield* verifyProblems(changed, { regmixHoldout: false, boundedBatch: false });
  if (changed.verify.baselines.length === 0) {
    yield {
      path: 'tasks',
      message:
        'they have no n-gram models (these know bits per byte alone), and "ngram" is the only baseline to compare with; measure bitsPerByte',
    };
  }
}

/**
 * Where each of the new tasks stands among the earlier ones, if all of them do: the same items by the same metric. What
 * proxies scored on them is known then, whatever their weights in the objective.
 */
export function columnsAmong(earlier: readonly TaskSpec[], tasks: readonly TaskSpec[]): number[] | null {
  const columns = tasks.map((task) => earlier.findIndex((other) => sameMeasure(other, task)));
  return columns.includes(-1) ? null : columns;
}

const sameMeasure = (a: TaskSpec, b: TaskSpec) =>
  a.name === b.name && a.split === b.split && a.path === b.path && a.items === b.items && a.metric === b.metric;
