import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { InvalidInput } from '../climb/problem.ts';
import { scaledTo } from '../climb/search/proxy-cost.ts';
import { taskChangeText } from '../climb/search/retasking.ts';
import { note, type Opening, type Prepared, type Retask, type SearchState } from '../climb/search/search-state.ts';
import { batchSize, scheduleOf } from '../climb/spec/plan.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import { columnsAmong, taskChangeProblems, withTasks } from '../climb/spec/task-change.ts';
import { scaleOf, taskLabel } from '../climb/verification/objective.ts';
import type { RefitPredictorInput } from '../activities/refit-predictor.ts';
import { reasonOf } from './proxy-group.ts';
import { leastRuns, Refused, rescore, type Rescored } from './rescore.ts';
import { runStage } from './stages.ts';

/**
 * Takes over the tasks that a person wants searched instead, while no proxy is in flight: what was trained is scored on
 * them from its weights and never trained again, the predictor is fitted anew, and the search goes on. A change that
 * can't be made stands in `status.rejected`, and the search goes on as it was.
 * @returns the opening with the tasks of now
 */
export async function retask(state: SearchState, opening: Opening, prepared: Prepared): Promise<Opening> {
  for (let asked = state.retask; asked !== undefined; asked = state.retask) {
    try {
      await takeOver(state, state.opening ?? opening, prepared, asked);
    } catch (error) {
      const reason = refusalIn(error);
      if (reason === null) throw error;
      note(state.rejected, { name: 'setTasks', reason: reason.slice(0, 1000) });
    }
    // Another list may have come meanwhile.
    if (state.retask === asked) delete state.retask;
  }
  return state.opening ?? opening;
}

async function takeOver(state: SearchState, opening: Opening, prepared: Prepared, asked: Retask): Promise<void> {
  const { tasks: earlier } = state.spec;
  const problems = [...taskChangeProblems(state.spec, asked.tasks)];
  if (problems.length > 0) throw new Refused(new InvalidInput('the new list of tasks', problems).message);
  const spec = withTasks(state.spec, asked.tasks);
  const at = `t${(state.taskChanges?.length ?? 0) + 1}`;
  const learnt = state.predictor ?? state.evidence?.predictor ?? null;
  const columns = columnsAmong(earlier, spec.tasks);
  let opened: Opening;
  let { longest } = state;
  let again: Rescored = { scored: [], lost: [] };
  if (columns === null) {
    const view = { activityId: `${at}-open`, summary: 'read the new tasks, find the weights of finished proxies' };
    const input = { spec, reported: opening.reportTasks, predictor: learnt };
    const { proxies, gone, ...found } = await runStage(opening, 'openTasks', view, input);
    if (proxies.length < Math.min(leastRuns, proxies.length + gone.length)) {
      throw new Refused(
        `of ${gone.length + proxies.length} finished proxies ${proxies.length} have their weights still`,
      );
    }
    opened = { ...opening, ...found };
    longest = scaledTo(state.longest, opening.continuations, found.continuations);
    const next = { ...state, spec, opening: opened, longest };
    again = await rescore(state, next, prepared, proxies, at);
    again = { ...again, lost: [...again.lost, ...gone] };
    longest = again.longest ?? longest;
  } else {
    opened = { ...opening, tasks: columns.map((column) => opening.tasks[column] as Ref) };
  }
  const same = columns?.length === earlier.length && columns.every((column, i) => column === i);
  const ngram = same ? state.ngram : await priorFor({ ...state, spec }, opened, prepared, at);
  const remeasured = columns === null ? {} : { columns };
  const { ngram: _earlier, ...kept } = state;
  const next = { ...kept, spec, opening: opened, longest, ...(ngram !== undefined && { ngram }) };
  const fitted = learnt === null ? null : await fit(next, prepared, { learnt, scored: again.scored, remeasured, at });
  const change = `${taskChangeText(earlier, spec.tasks)}${sideEffects(state, again, columns)}${asked.reason ? ` (${asked.reason})` : ''}`;
  delete state.ngram;
  Object.assign(state, { spec, opening: opened, longest, ...(ngram !== undefined && { ngram }), ...fitted });
  if (fitted !== null && !('taskWeights' in fitted)) delete state.taskWeights;
  note((state.taskChanges ??= []), { at: Date.now(), iteration: state.iteration, change });
}

/** What n-gram models know of the new tasks; undefined where these are measured by more than bits per byte. */
async function priorFor(next: SearchState, opening: Opening, { tokens }: Prepared, at: string) {
  const { spec, ngram } = next;
  if (ngram === null || !searchSettings(spec).ngram) return ngram === null ? null : undefined;
  const view = { activityId: `${at}-ngram`, summary: 'count n-grams of every cluster for the new tasks' };
  const tasks = spec.tasks.map((task, i) => ({ name: taskLabel(task), items: opening.tasks[i] as Ref }));
  return (await runStage(opening, 'fitNgramPrior', view, { tokens, tasks, trainer: spec.proxy.trainer })).ref;
}

type Fit = Required<Pick<RefitPredictorInput, 'scored' | 'remeasured'>> & {
  readonly learnt: Ref;
  readonly at: string;
};

/** The predictor and its candidates by the new tasks, and where the search keeps them. */
async function fit(next: SearchState, { tokens }: Prepared, { learnt, scored, remeasured, at }: Fit) {
  const { spec, iteration, evidence, opening } = next;
  const settings = searchSettings(spec);
  const ngram = next.ngram ?? undefined;
  const refit = { activityId: `${at}-refit`, summary: 'fit the predictor to the new tasks' };
  const { ref: predictor, summary } = await runStage(opening, 'refitPredictor', refit, {
    previous: learnt,
    scored,
    remeasured,
    tasks: spec.tasks,
    ...(scaleOf(spec) !== 'none' && { scale: scaleOf(spec) }),
    kind: settings.predictor,
    ...(ngram && { ngram }),
  });
  const prune = { activityId: `${at}-prune`, summary: 'prune candidates by the new tasks' };
  const schedule = scheduleOf(spec);
  const { ref: candidates, summary: pruned } = await runStage(opening, 'pruneCandidates', prune, {
    predictor,
    tokens,
    rules: spaceRules(spec),
    seed: spec.seed,
    iteration,
    pool: settings.candidates,
    settings,
    size: batchSize(schedule, iteration + 1) || batchSize(schedule, iteration),
    previous: next.predictor === null ? (evidence?.candidates ?? null) : next.candidates,
    ...(ngram && { ngram }),
  });
  const { gain, noise } = pruned;
  return {
    ...(next.predictor === null ? { evidence: { ...evidence, predictor, candidates } } : { predictor, candidates }),
    leaderboard: summary.standings ?? [],
    ...(summary.taskWeights && { taskWeights: summary.taskWeights }),
    ...(next.outlook !== undefined && { outlook: gain !== undefined && noise !== undefined ? { gain, noise } : null }),
  };
}

/** What a person should know of a change beside its tasks. */
function sideEffects({ spec }: SearchState, { scored, lost }: Rescored, columns: readonly number[] | null): string {
  const parts = [
    ...(scored.length > 0 ? [`${scored.length} finished proxies scored again`] : []),
    ...(lost.length > 0
      ? [`without ${lost.slice(0, 20).join(', ')}, which could not be scored or have no weights any more`]
      : []),
    ...(columns === null && spec.corpus.decontaminate
      ? ['the corpus was cleaned of the items of earlier tasks alone']
      : []),
  ];
  return parts.map((part) => `; ${part}`).join('');
}

/** Why a change can't be made, or null for what is no refusal: a cancelled search, a fault of ours. */
function refusalIn(error: unknown): string | null {
  if (error instanceof Refused) return error.message;
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return null;
  const { cause, activityType } = error;
  if (cause instanceof ApplicationFailure && cause.type === 'InvalidSearchSpec') return cause.message;
  return `the stage ${activityType} gave up on the new tasks (${reasonOf(error)}); mend that and send setTasks again`;
}
