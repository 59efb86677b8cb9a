import { patched } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import type { Opening, Prepared, SearchState } from '../climb/search/search-state.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import { enterPhase } from './phase.ts';
import { runStage } from './stages.ts';

/**
 * What n-gram models of the clusters know of every mixture, where the search asks for it. The state has null afterwards
 * where the trainer can't say which tokens it scores. A search that an earlier version began goes on without.
 */
export async function fitNgrams(state: SearchState, opening: Opening, { tokens }: Prepared): Promise<void> {
  const { spec, iteration, branch } = state;
  if (state.ngram !== undefined || iteration > (branch?.iteration ?? 0)) return;
  if (!searchSettings(spec).ngram || !patched('ngram')) return;
  await enterPhase(state, 'tokenise');
  const view = { activityId: 'ngram', summary: 'count n-grams of every cluster' };
  const tasks = spec.tasks.map((task, at) => ({ name: taskLabel(task), items: opening.tasks[at] as Ref }));
  state.ngram = (await runStage(opening, 'fitNgramPrior', view, { tokens, tasks, trainer: spec.proxy.trainer })).ref;
}
