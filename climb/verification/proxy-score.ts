import type { Ref } from '../artifact.ts';
import type { ItemOutcomes } from './item-outcomes.ts';
import { lossOf, taskLabel, type TaskScore } from './objective.ts';
import type { TaskSpec } from '../spec/search-file.ts';

/** A task's score with what each item contributed. */
export type ItemisedScore = TaskScore & { readonly items: ItemOutcomes };

/** Artifact: everything measured on one proxy. */
export type ProxyScore = {
  readonly schema: 1;
  readonly kind: 'score';
  readonly weights: Ref;
  readonly tasks: readonly ItemisedScore[];
};

/** @throws RangeError when the evaluation didn't cover the task. */
export function taskIn({ tasks }: ProxyScore, name: string): ItemisedScore {
  const score = tasks.find((task) => task.name === name);
  if (score === undefined)
    throw new RangeError(`the evaluation has ${tasks.map((task) => task.name).join(', ')}, not ${name}`);
  return score;
}

/** The losses on some tasks, in their order, lower is better. */
export function lossesOn(score: ProxyScore, tasks: readonly TaskSpec[]): number[] {
  return tasks.map((task) => lossOf(taskIn(score, taskLabel(task)), task.metric));
}
