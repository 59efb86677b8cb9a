import { ApplicationFailure, patched, workflowInfo } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { beginBranch } from '../climb/search/branch-start.ts';
import type { Learn, Opening, Prepared, SearchState } from '../climb/search/search-state.ts';
import { snapshotOf } from '../climb/search/snapshot.ts';
import { isBranchFile } from '../climb/spec/branch-file.ts';
import { batchSize, scheduleOf } from '../climb/spec/plan.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import { scaleOf } from '../climb/verification/objective.ts';
import { enterPhase } from './phase.ts';
import { retask } from './retask.ts';
import { runStage } from './stages.ts';

/** The first activity: what the search file names is there; and where a branch begins, which is then the search's own. */
export async function openSearch(state: SearchState, file: unknown): Promise<Opening> {
  const { workflowId: search } = workflowInfo();
  const branches = isBranchFile(file);
  const what = branches ? 'find the search to go on from, check tasks and trainer' : 'check corpus, tasks and trainer';
  const open = { activityId: 'open', summary: what };
  const found = await runStage(null, 'openSearch', open, branches ? { branch: file, search } : state.spec);
  const { branch, ...opening } = found;
  if (branch === undefined) state.opening = opening;
  else beginBranch(state, opening, branch);
  return state.opening as Opening;
}

/**
 * Forms anew what a branch knows otherwise than its parent did: scores on its own tasks, the predictor, the candidates.
 * @returns the opening with the tasks of now
 * @throws ApplicationFailure, not retryable, where the proxies that it shares can't be scored on its tasks
 */
export async function learnAnew(state: SearchState, opening: Opening, prepared: Prepared): Promise<Opening> {
  const { learn } = state;
  if (learn === undefined) return opening;
  await enterPhase(state, 'search');
  let opened = opening;
  if (learn.tasks) opened = await scoreShared(state, opening, prepared);
  else await fitAgain(state, opening, prepared, learn);
  delete state.learn;
  return opened;
}

async function scoreShared(state: SearchState, opening: Opening, prepared: Prepared): Promise<Opening> {
  const opened = await retask(state, opening, prepared);
  if (state.taskChanges !== undefined) return opened;
  const why = state.rejected.findLast(({ name }) => name === 'setTasks')?.reason ?? 'no reason was given';
  const message = `the proxies that this branch shares with "${state.branch?.search}" can't be scored on its tasks (${why}); leave tasks out, or branch from iteration 0`;
  throw ApplicationFailure.nonRetryable(message, 'InvalidSearchSpec', [{ path: 'tasks', message }]);
}

type Fitting = Exclude<Learn, { tasks: true }>;

async function fitAgain(state: SearchState, opening: Opening, { tokens }: Prepared, { refit, nothing }: Fitting) {
  const { spec, iteration, candidates: previous } = state;
  const settings = searchSettings(spec);
  const { tasks } = spec;
  const ngram = state.ngram ?? undefined;
  if (refit) {
    const view = { activityId: 'b-refit', summary: 'branch · refit the predictor' };
    state.predictor = (
      await runStage(opening, 'refitPredictor', view, {
        previous: state.predictor,
        mixtures: nothing,
        scored: [],
        tasks,
        ...(scaleOf(spec) !== 'none' && { scale: scaleOf(spec) }),
        kind: settings.predictor,
        ...(ngram && { ngram }),
      })
    ).ref;
  }
  const view = { activityId: 'b-prune', summary: 'branch · prune candidates' };
  const { ref, summary } = await runStage(opening, 'pruneCandidates', view, {
    predictor: state.predictor as Ref,
    tokens,
    rules: spaceRules(spec),
    seed: spec.seed,
    iteration,
    pool: settings.candidates,
    settings,
    size: batchSize(scheduleOf(spec), iteration + 1) || batchSize(scheduleOf(spec), iteration),
    previous,
    ...(ngram && { ngram }),
  });
  state.candidates = ref;
  const { gain, noise } = summary;
  state.outlook = gain === undefined || noise === undefined ? null : { gain, noise };
}

/**
 * Keeps the search as it stands before its own first iteration, for others to go on from. A search that an earlier
 * version began goes on without.
 */
export async function keepBeginning(state: SearchState, opening: Opening, prepared: Prepared): Promise<void> {
  const { iteration, branch } = state;
  if (state.begun || iteration > (branch?.iteration ?? 0) || !patched('beginning')) return;
  const view = { activityId: 'commit', summary: 'keep what the search begins with' };
  const clustersOf = branch && { clustersOf: branch.search };
  const search = workflowInfo().workflowId;
  const snapshot = snapshotOf(state, opening, prepared);
  const { runsBefore = [] } = state;
  await runStage(opening, 'commitIteration', view, { search, ...snapshot, ...clustersOf, runsBefore });
  state.begun = true;
}
