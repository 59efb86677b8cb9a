import { taskShares } from '../verification/objective.ts';
import type { Recipe } from './recipe.ts';

/** How the searched tasks counted in the end. */
export function shareOfTasks({ evidence, spec }: Pick<Recipe, 'evidence' | 'spec'>): readonly number[] {
  return evidence.taskWeights ?? taskShares(spec.tasks);
}

/** The metrics of the searched tasks, as they are shown: turned so that lower is better. */
export function metricsOf({ tasks }: Pick<Recipe['spec'], 'tasks'>): string {
  return [...new Set(tasks.map(({ metric }) => metric))].join(', ');
}
