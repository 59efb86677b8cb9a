import { condition } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { choicesNeeded, taskLabel } from '../climb/verification/objective.ts';
import { derivedSeed } from '../climb/random.ts';
import type { Opening, Prepared, Scored, SearchState } from '../climb/search/search-state.ts';
import { maySearch, plannedIterations, type StopReason } from '../climb/search/steering.ts';
import type { Member } from '../activities/train-proxies.ts';
import { showPhase } from './phase.ts';
import { runBatch, type Batch } from './proxies.ts';
import { runStage } from './stages.ts';

/** An iteration is worth a refit when this share of its dispatched proxies has a score. */
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

  const size = iteration === 1 ? spec.search.first : spec.search.batch;
  const { candidates } = state;
  const sample = { activityId: `${at}-sample`, summary: `${title} · sample ${size} mixtures` };
  const { ref: mixtures, summary } = await runStage(opening, 'sampleMixtures', sample, {
    tokens,
    rules,
    iteration,
    size,
    seed,
    candidates,
  });
  const members = summary.ids.map((id): Member => ({
    id,
    mixture: id,
    seed: derivedSeed(seed, ['search', 'weights']),
    dataSeed: derivedSeed(seed, ['search', 'data']),
  }));

  const { scored, limit } = await scoreMembers(state, members, {
    tokens,
    mixtures,
    tasks: spec.tasks.map((task, i) => ({ name: taskLabel(task), items: opening.tasks[i] as Ref })),
    choices: choicesNeeded(spec.tasks),
    summary: ({ id }) =>
      `${title} of ${plannedIterations(state)} · proxy ${members.findIndex((member) => member.id === id) + 1}/${members.length}`,
    forbids: () => maySearch(state, Date.now()),
    part: 'search',
  });
  if (scored.length === 0) {
    if (limit !== undefined) return { by: 'budget', limit };
    return { by: state.finishEarly === null ? 'diverged' : 'finishEarly', limit: null };
  }

  const refit = { activityId: `${at}-refit`, summary: `${title} · refit the predictor` };
  const predictor = (
    await runStage(opening, 'refitPredictor', refit, { previous: state.predictor, mixtures, scored, tasks: spec.tasks })
  ).ref;
  const prune = { activityId: `${at}-prune`, summary: `${title} · prune candidates` };
  const pool = spec.search.candidates;
  const kept = (await runStage(opening, 'pruneCandidates', prune, { predictor, tokens, rules, seed, iteration, pool }))
    .ref;
  const commit = { activityId: `${at}-commit`, summary: `${title} · commit` };
  await runStage(opening, 'commitIteration', commit, {
    search,
    spec,
    iteration,
    ...prepared,
    predictor,
    candidates: kept,
  });
  Object.assign(state, { predictor, candidates: kept, iteration });
  return null;
}

/** Scores the members; where too many failed, waits for a person and tries those again. */
async function scoreMembers(state: SearchState, members: readonly Member[], batch: Batch) {
  const scores = new Map<string, Scored>();
  let pending = members;
  for (;;) {
    const { scored, failed, limit } = await runBatch(state, batch, pending);
    for (const entry of scored) scores.set(entry.id, entry);
    const enough = scores.size >= acceptedShare * (scores.size + failed.length);
    if (enough || limit !== undefined || state.finishEarly !== null) {
      return { scored: members.flatMap(({ id }) => scores.get(id) ?? []), limit };
    }
    const { resumes } = state;
    showPhase(state, 'needs-attention');
    await condition(() => state.resumes > resumes || state.finishEarly !== null);
    showPhase(state, 'search');
    pending = failed;
  }
}
