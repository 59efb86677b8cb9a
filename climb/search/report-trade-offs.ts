import { fixed, table } from '../markdown.ts';
import { ownObservations } from '../predictor/observations.ts';
import { objective } from '../verification/objective.ts';
import type { Recipe } from './recipe.ts';
import { shareOfTasks } from './report-objective.ts';
import { taskNames } from './report-verification.ts';

/** Rows of the list at most: who wants all finds them in recipe.json. */
const shown = 10;

/**
 * Mixtures that are best for some weights of the tasks: what another choice of weights would have brought. Nothing for
 * one task, or for recipes of versions that didn't look.
 */
export function tradeOffsSection(recipe: Recipe): string[] {
  const { evidence, spec } = recipe;
  const { pareto } = evidence;
  const observations = ownObservations(evidence.observations);
  if (pareto === undefined || spec.tasks.length < 2) return [];
  const weights = shareOfTasks(recipe);
  const front = observations
    .filter(({ id }) => pareto.observed.includes(id))
    .map((run) => ({ ...run, score: objective(run.losses, weights) }))
    .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
  const more = front.length - shown;
  return [
    '## Trade-offs between tasks',
    `${front.length} of ${observations.length} mixtures that the search trained are beaten by no other on every searched task (Pareto front), each trained once, so that noise brings some of them here.${more > 0 ? ` The ${shown} of the lowest objective:` : ''}`,
    table(
      ['mixture', 'objective', ...taskNames(spec.tasks)],
      front.slice(0, shown).map(({ id, score, losses }) => [id, fixed(score), ...losses.map((loss) => fixed(loss))]),
    ),
    ...(pareto.arms.length === 0
      ? []
      : [`Of the verified arms none is beaten on every report task by another: ${pareto.arms.join(', ')}.`]),
  ];
}
