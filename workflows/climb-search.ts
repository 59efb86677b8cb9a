import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { InvalidInput } from '../climb/problem.ts';
import { moneyFor } from '../climb/search/budget.ts';
import { newSearchState, type Opening, type Prepared, type SearchState } from '../climb/search/search-state.ts';
import type { SearchResult } from '../climb/search/search-result.ts';
import { beforeOpening, isBranchFile, parseBranchFile } from '../climb/spec/branch-file.ts';
import { parseSearchFile } from '../climb/spec/search-rules.ts';
import { reasonToStop } from '../climb/search/steering.ts';
import type { RecommendMixtureInput } from '../activities/recommend-mixture.ts';
import { keepBeginning, learnAnew, openSearch } from './branch.ts';
import { prepareCorpus } from './corpus.ts';
import { openEvidence } from './evidence.ts';
import { passGate } from './gates.ts';
import { runIteration } from './iteration.ts';
import { trainShorter } from './efficiency.ts';
import { climbLadder } from './ladder.ts';
import { answerRefused, hasJustAnswered, registerMessages } from './messages.ts';
import { HistoryFull, isLong } from './history.ts';
import { fitNgrams } from './ngram.ts';
import { enterPhase, showPhase } from './phase.ts';
import { refusal } from './refusal.ts';
import { searchRegmix } from './regmix.ts';
import { retask } from './retask.ts';
import { runStage } from './stages.ts';
import { prepareTrunk } from './trunk.ts';
import { isUnderWay } from './under-way.ts';
import { verify } from './verification.ts';

/**
 * One search: raw text in, a verified recipe out.
 * @param file the search file, see climb/spec/search-file.ts
 * @param carried the state of the run before, by continue-as-new alone
 */
export async function climbSearch(file: unknown, carried?: SearchState): Promise<SearchResult> {
  const state = carried === undefined ? openState(file) : checkedCarry(carried);
  registerMessages(state);
  try {
    return await searchOn(state, file);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => reportCancelled(state));
    throw error;
  }
}

/** Goes on in a new run where a batch has filled the history of this one. */
async function searchOn(state: SearchState, file: unknown): Promise<SearchResult> {
  try {
    return await search(state, file);
  } catch (error) {
    if (error instanceof HistoryFull) return continueInNewRun(state, file);
    throw error;
  }
}

async function search(state: SearchState, file: unknown): Promise<SearchResult> {
  let opening = state.opening ?? (await openSearch(state, file));
  const prepared = (state.prepared ??= await prepareCorpus(state, opening));
  await fitNgrams(state, opening, prepared);
  await openEvidence(state, opening, prepared);
  await continueIfLong(state, opening, file);
  await passGate(state, 'search');
  await prepareTrunk(state, opening, prepared);
  opening = await learnAnew(state, opening, prepared);
  await keepBeginning(state, opening, prepared);
  while (state.stoppedBy === null) {
    await enterPhase(state, 'search');
    const { underWay } = state;
    if (underWay === undefined) opening = await retask(state, opening, prepared);
    const stop =
      (underWay === undefined ? reasonToStop(state, Date.now()) : null) ??
      (await runIteration(state, opening, prepared, workflowInfo().workflowId));
    if (stop !== null) {
      state.stoppedBy = stop.by;
      state.stoppedByLimit = stop.limit;
    } else if (isLong(opening)) {
      await continueInNewRun(state, file);
    }
  }
  if (state.predictor === null) {
    throw ApplicationFailure.nonRetryable(nothingScored(state), 'NothingScored', state.failures);
  }
  await continueIfLong(state, opening, file);
  // What was asked for in the last batch.
  if (state.underWay === undefined) opening = await retask(state, opening, prepared);
  await passGate(state, 'verify');
  await searchRegmix(state, opening, prepared);
  // What a run before this one has trained of it is worth a verification.
  const stopped = state.unverified ?? (state.finishEarly === 'now' && !isUnderWay(state, 'v') ? 'finishEarly' : null);
  const verified = state.verified ?? (stopped === null ? await verify(state, opening, prepared) : null);
  if (verified === null) {
    state.unverified = stopped ?? 'budget';
    return finish(state, opening, prepared, state.unverified);
  }
  state.verified = verified;
  await continueIfLong(state, opening, file);
  await passGate(state, 'ladder');
  await climbLadder(state, opening, prepared, verified);
  await trainShorter(state, opening, prepared, verified);
  return finish(state, opening, prepared, null);
}

async function finish(...[state, ...found]: Parameters<typeof report>): Promise<SearchResult> {
  await passGate(state, 'report');
  return report(state, ...found);
}

async function report(
  state: SearchState,
  opening: Opening,
  { manifest, domainSet, tokens }: Prepared,
  unverified: RecommendMixtureInput['unverified'],
): Promise<SearchResult> {
  showPhase(state, 'report');
  const { spec, iteration, counts, account } = state;
  const recommend = { activityId: 'recommend', summary: 'weigh the evidence' };
  const { ref } = await runStage(opening, 'recommendMixture', recommend, {
    spec,
    manifest,
    domainSet,
    tokens,
    predictor: state.predictor as Ref,
    ...(state.trunk && { trunk: state.trunk }),
    ...(state.evidence && { evidence: state.evidence.observations }),
    items: [...opening.tasks, ...opening.reportTasks],
    iterations: iteration,
    stoppedBy: state.stoppedBy ?? 'cancelled',
    stoppedByLimit: state.stoppedByLimit,
    ...(state.outlook && { outlook: state.outlook }),
    ...(state.branch?.seed !== undefined && { trainingSeed: state.branch.seed }),
    unverified,
    verification: state.verified ?? null,
    ...(state.ladder && { ladder: state.ladder }),
    ...(state.efficiency && { efficiency: state.efficiency }),
    ...(state.regmix && { regmix: state.regmix }),
    ...(state.ngram !== undefined && { ngram: state.ngram }),
  });
  const result = await runStage(
    opening,
    'writeReport',
    { activityId: 'report', summary: 'write recipe.json and report.md' },
    {
      body: ref,
      manifest,
      domainSet,
      tokens,
      run: {
        search: workflowInfo().workflowId,
        startedAt: new Date(state.startedAt).toISOString(),
        finishedAt: new Date().toISOString(),
        charged: account.charged,
        budget: account.budget,
        proxies: counts,
        budgetChanges: state.changes,
        ...(state.taskChanges && { taskChanges: state.taskChanges }),
        ...(account.budget.money && { money: moneyFor(account, account.charged.deviceSeconds) }),
        ...(state.evidence?.counts && { evidence: state.evidence.counts }),
        ...(state.branch && { branch: state.branch }),
      },
    },
  );
  showPhase(state, 'done');
  return result;
}

/** What is known when a search is cancelled isn't lost: the best observed mixture, or what is verified already. */
async function reportCancelled(state: SearchState): Promise<void> {
  const { opening, prepared, predictor } = state;
  if (opening === null || prepared === null || predictor === null) return;
  state.stoppedBy = 'cancelled';
  state.stoppedByLimit = null;
  await report(state, opening, prepared, state.verified === undefined ? 'cancelled' : null);
}

/** Where it takes many messages to make a history long. */
async function continueIfLong(state: SearchState, opening: Opening, file: unknown): Promise<void> {
  if (state.underWay === undefined && isLong(opening) && patched('continue-between')) {
    await continueInNewRun(state, file);
  }
}

/** Hands the state to a new run with an empty history. An update that was just answered needs one more task to get out. */
async function continueInNewRun(state: SearchState, file: unknown): Promise<never> {
  await condition(allHandlersFinished);
  // The server takes a second for the shortest of timers.
  if (hasJustAnswered(state) || !patched('continue-at-once')) await sleep(1);
  const runsBefore = [...(state.runsBefore ?? []), workflowInfo().runId];
  return continueAsNew<typeof climbSearch>(file, { ...state, runsBefore });
}

function nothingScored({ counts, failures, finishEarly }: SearchState): string {
  const last = failures.at(-1);
  const why = finishEarly === null ? `${counts.diverged} diverged, ${counts.failed} failed` : 'it was finished early';
  const hint =
    counts.diverged > 0
      ? 'lower proxy.learningRate'
      : counts.failed > 0
        ? 'mend the trainer'
        : 'give it time and budget for one iteration';
  return `no iteration has a score (${why}${last ? `; last, ${last.id}: ${last.reason}` : ''}), so there is nothing to recommend; ${hint} and start the search again`;
}

function openState(file: unknown): SearchState {
  const now = Date.now();
  try {
    if (isBranchFile(file)) {
      const unopened = newSearchState(beforeOpening(parseBranchFile(file, workflowInfo().workflowId)), now);
      return patched('unopened') ? { ...unopened, unopened: true } : unopened;
    }
    const begunNow = patched('ngram');
    const era = {
      ngram: begunNow,
      regmixHoldout: patched('regmix-holdout'),
      feasibility: patched('feasibility'),
      boundedBatch: patched('bounded-batch'),
    };
    const state = newSearchState(parseSearchFile(file, now, era), now);
    // A search that an earlier version began goes on to its budget.
    if (!begunNow) delete state.outlook;
    return state;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    answerRefused(error.problems);
    throw refusal(error.message, 'InvalidSearchSpec', error.problems);
  }
}

function checkedCarry(carried: SearchState): SearchState {
  if (workflowInfo().continuedFromExecutionRunId !== undefined) return carried;
  const message =
    'a search takes one input, the search file, got a second; only a search that continues its own history has one; leave it out';
  throw refusal(message, 'InvalidSearchSpec', [{ path: '(second input)', message }]);
}
