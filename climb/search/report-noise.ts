import { fixed, percent } from '../markdown.ts';
import type { Recipe } from './recipe.ts';
import { shareOfTasks } from './report-objective.ts';
import { taskNames } from './report-verification.ts';
import { ownObservations } from '../predictor/observations.ts';
import { searchNoise } from './noise.ts';

/** The noise of a single run, so that nobody reads more into the leaderboard than there is; nothing where none was repeated. */
export function noiseSentence(recipe: Recipe): string[] {
  const { evidence, spec } = recipe;
  const floor = searchNoise(ownObservations(evidence.observations), evidence.arms, shareOfTasks(recipe));
  if (floor === null) return [];
  const sd = ({ variance }: { variance: number }) => Math.sqrt(variance);
  const { combined, tasks } = floor;
  const byTask = taskNames(spec.tasks).map((name, at) => `${name} ${fixed(tasks[at] ? sd(tasks[at]) : null)}`);
  return [
    `Noise floor: runs of one mixture differ by a standard deviation of ${fixed(sd(combined))} in the objective (${byTask.join(', ')}), pooled over every mixture that was run again, ${combined.degreesOfFreedom} degrees of freedom. Two single runs that differ by less than ${fixed(difference * sd(combined))} are not told apart at ${percent(0.95)}.`,
  ];
}

/** 1.96 standard deviations of the difference of two. */
const difference = 1.96 * Math.SQRT2;
