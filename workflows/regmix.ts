import { patched } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { searchSeeds, type Opening, type Prepared, type SearchState } from '../climb/search/search-state.ts';
import { mayTrainRegmix } from '../climb/search/steering.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { leastRegmixIn } from '../climb/spec/verify-defaults.ts';
import { choicesNeeded, scaleOf, taskLabel } from '../climb/verification/objective.ts';
import type { Member } from '../activities/train-proxies.ts';
import { enterPhase } from './phase.ts';
import { scoreMembers } from './score-members.ts';
import { runStage } from './stages.ts';
import { isUnderWay, sampledOnce } from './under-way.ts';

/** As of an iteration of the search. */
const acceptedShare = 0.8;

/**
 * RegMix's own search, where it is a baseline: random mixtures, trained once with the search's seeds, and one regression.
 * Left out, with the reason, where the budget, a person or the constraints leave it too few runs, or no tree splits them.
 */
export async function searchRegmix(state: SearchState, opening: Opening, { tokens }: Prepared): Promise<void> {
  const { spec } = state;
  const { baselines, regmixProxies: size } = spec.verify;
  if (!baselines.includes('regmix') || size === undefined || state.regmix !== undefined) return;
  const none = state.finishEarly === 'now' ? 'finishEarly' : mayTrainRegmix(state, Date.now(), size);
  if (none !== undefined && !isUnderWay(state, 'r')) {
    state.regmix = { skipped: none };
    return;
  }
  await enterPhase(state, 'verify');
  const { seed } = spec;
  const sample = { activityId: 'r-sample', summary: `RegMix · draw ${size} mixtures` };
  const input = { tokens, rules: spaceRules(spec), size, seed };
  const { mixtures, ids } = await sampledOnce(state, 'r', () => runStage(opening, 'sampleRegmix', sample, input));
  // Constraints may make drawn mixtures coincide: so few that no tree could split aren't worth training.
  const least = leastRegmixIn({ regmixHoldout: patched('regmix-holdout') });
  if (ids.length < least) {
    state.regmix = { skipped: 'failed' };
    return;
  }
  const members = ids.map((id): Member => ({
    id,
    mixture: id,
    ...searchSeeds(state),
  }));
  const { scored, limit } = await scoreMembers(
    state,
    {
      at: 'r',
      proxy: proxyShape(spec.proxy),
      ...(state.trunk && { init: state.trunk }),
      tokens,
      mixtures,
      tasks: spec.tasks.map((task, at) => ({ name: taskLabel(task), items: opening.tasks[at] as Ref })),
      choices: choicesNeeded(spec.tasks),
      summary: (group) =>
        `RegMix · ${group.length === 1 ? group[0]?.id : `${group.length} of ${members.length} proxies`}`,
      forbids: (proxies) => mayTrainRegmix(state, Date.now(), proxies),
      part: 'search',
      aside: true,
    },
    members,
    acceptedShare,
  );
  if (scored.length < least) {
    state.regmix = { skipped: limit ?? (state.finishEarly === null ? 'failed' : 'finishEarly') };
    return;
  }
  const fit = { activityId: 'r-fit', summary: `RegMix · fit ${scored.length} runs` };
  const { tasks } = spec;
  const fitted = await runStage(opening, 'fitRegmix', fit, {
    tokens,
    mixtures,
    scored,
    tasks,
    scale: scaleOf(spec),
    seed,
  });
  // Absent in searches that began before it was told.
  const { grown = true } = fitted.summary;
  state.regmix = grown ? { skipped: null, mixture: fitted.ref } : { skipped: 'failed' };
}
