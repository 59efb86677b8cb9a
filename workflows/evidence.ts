import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { reweigh } from '../climb/search/leaderboard.ts';
import type { Opening, Prepared, SearchState } from '../climb/search/search-state.ts';
import { batchSize, scheduleOf } from '../climb/spec/plan.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import { scaleOf } from '../climb/verification/objective.ts';
import { runStage } from './stages.ts';

/**
 * Begins with what others measured, where the search file names it: the predictor knows it, and the first batch is
 * proposed from it instead of filling space. It costs no proxy of the budget.
 */
export async function openEvidence(state: SearchState, opening: Opening, prepared: Prepared): Promise<void> {
  const { spec } = state;
  if (spec.search.warmStart === undefined || state.evidence !== undefined || state.iteration > 0) return;
  const { manifest, domainSet, tokens } = prepared;
  const settings = searchSettings(spec);
  const ngram = state.ngram ?? undefined;
  const open = { activityId: 'e-open', summary: 'read the evidence to begin with' };
  const { ref, summary } = await runStage(opening, 'openEvidence', open, {
    spec,
    domainSet,
    tokens,
    items: opening.tasks,
    manifest,
    ...(opening.warmStart && { trunk: opening.warmStart.weights }),
  });
  const refit = { activityId: 'e-refit', summary: `fit the predictor to ${summary.observations} known runs` };
  const { ref: predictor, summary: fitted } = await runStage(opening, 'refitPredictor', refit, {
    previous: ref,
    mixtures: summary.nothing,
    scored: [],
    tasks: spec.tasks,
    ...(scaleOf(spec) !== 'none' && { scale: scaleOf(spec) }),
    kind: settings.predictor,
    ...(ngram && { ngram }),
  });
  if (fitted.taskWeights !== undefined) reweigh(state, fitted.taskWeights);
  const prune = { activityId: 'e-prune', summary: 'prune candidates' };
  const { ref: candidates } = await runStage(opening, 'pruneCandidates', prune, {
    predictor,
    tokens,
    rules: spaceRules(spec),
    seed: spec.seed,
    iteration: 0,
    pool: settings.candidates,
    settings,
    size: batchSize(scheduleOf(spec), 1),
    mixtures: summary.nothing,
    previous: null,
    ...(ngram && { ngram }),
  });
  const counts = { used: summary.observations, leftOut: summary.leftOut };
  state.evidence = { observations: ref, predictor, candidates, counts };
}
