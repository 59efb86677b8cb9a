import type { Ref } from '../climb/artifact.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { choicesNeeded, scaleOf, taskLabel, taskShares } from '../climb/verification/objective.ts';
import { ranges } from '../climb/search/groups.ts';
import { reweigh } from '../climb/search/leaderboard.ts';
import { searchSeeds, type Opening, type Prepared, type SearchState } from '../climb/search/search-state.ts';
import { snapshotOf } from '../climb/search/snapshot.ts';
import { maySearch, plannedIterations, type StopReason } from '../climb/search/steering.ts';
import { batchSize, scheduleOf } from '../climb/spec/plan.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import type { Member } from '../activities/train-proxies.ts';
import type { Batch } from './proxy-group.ts';
import { scoreMembers } from './score-members.ts';
import { runStage } from './stages.ts';
import { sampledOnce } from './under-way.ts';

/** An iteration is worth a refit when this share of its proxies has a score; diverged ones don't count. */
const acceptedShare = 0.8;

/** Sample → train → evaluate → refit → prune, and a snapshot; or why the search ends here, without one. */
export async function runIteration(
  state: SearchState,
  opening: Opening,
  prepared: Prepared,
  search: string,
): Promise<StopReason | null> {
  const { spec } = state;
  const { tokens } = prepared;
  const { seed } = spec;
  const iteration = state.iteration + 1;
  const rules = spaceRules(spec);
  const at = `i${iteration}`;
  const title = `iteration ${iteration}`;

  const size = batchSize(scheduleOf(spec), iteration);
  const { predictor: previous, candidates } = state.predictor === null ? { ...state, ...state.evidence } : state;
  const settings = searchSettings(spec);
  const ngram = state.ngram ?? undefined;
  const sample = { activityId: `${at}-sample`, summary: `${title} · sample ${size} mixtures` };
  const { mixtures, ids } = await sampledOnce(state, at, () =>
    runStage(opening, 'sampleMixtures', sample, {
      tokens,
      rules,
      iteration,
      size,
      seed,
      candidates,
      settings,
      ...(ngram && { ngram: { prior: ngram, taskWeights: taskShares(spec.tasks) } }),
    }),
  );
  const members = ids.map((id): Member => ({
    id,
    mixture: id,
    ...searchSeeds(state),
  }));

  if (members.length === 0) return { by: 'iterations', limit: null }; // every mixture within the constraints was tried

  const place = new Map(members.map(({ id }, i) => [id, i + 1]));
  const batch: Batch = {
    at,
    proxy: proxyShape(spec.proxy),
    ...(state.trunk && { init: state.trunk }),
    tokens,
    mixtures,
    tasks: spec.tasks.map((task, i) => ({ name: taskLabel(task), items: opening.tasks[i] as Ref })),
    choices: choicesNeeded(spec.tasks),
    summary: (group) => {
      const places = ranges(group.map(({ id }) => place.get(id) as number));
      return `${title} of ${plannedIterations(state)} · ${group.length === 1 ? 'proxy' : 'proxies'} ${places}/${members.length}`;
    },
    forbids: (proxies) => maySearch(state, Date.now(), proxies),
    part: 'search',
  };
  const { scored, limit } = await scoreMembers(state, batch, members, acceptedShare);
  if (scored.length === 0) {
    if (limit !== undefined) return { by: 'budget', limit };
    return { by: state.finishEarly === null ? 'diverged' : 'finishEarly', limit: null };
  }

  const refit = { activityId: `${at}-refit`, summary: `${title} · refit the predictor` };
  const { ref: predictor, summary: fitted } = await runStage(opening, 'refitPredictor', refit, {
    previous,
    mixtures,
    scored,
    tasks: spec.tasks,
    ...(scaleOf(spec) !== 'none' && { scale: scaleOf(spec) }),
    kind: settings.predictor,
    ...(ngram && { ngram }),
  });
  if (fitted.taskWeights !== undefined) reweigh(state, fitted.taskWeights);
  const prune = { activityId: `${at}-prune`, summary: `${title} · prune candidates` };
  const { ref: kept, summary: pruned } = await runStage(opening, 'pruneCandidates', prune, {
    predictor,
    tokens,
    rules,
    seed,
    iteration,
    pool: settings.candidates,
    settings,
    size: batchSize(scheduleOf(spec), iteration + 1) || size,
    mixtures,
    previous: candidates,
    ...(ngram && { ngram }),
  });
  const { gain, noise } = pruned;
  const foreseen = state.outlook !== undefined && gain !== undefined && noise !== undefined;
  const learnt = { predictor, candidates: kept, iteration, ...(foreseen && { outlook: { gain, noise } }) };
  const commit = { activityId: `${at}-commit`, summary: `${title} · commit` };
  const snapshot = snapshotOf({ ...state, ...learnt }, opening, prepared);
  const { runsBefore = [] } = state;
  await runStage(opening, 'commitIteration', commit, { search, ...snapshot, runsBefore });
  Object.assign(state, learnt);
  return null;
}
