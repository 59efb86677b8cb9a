import type { Ref } from '../climb/artifact.ts';
import { limitBrokenBy, times } from '../climb/search/budget.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { scaleOf, taskLabel } from '../climb/verification/objective.ts';
import { derivedSeed } from '../climb/random.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import type { Opening, Prepared, SearchState, VerificationRuns } from '../climb/search/search-state.ts';
import { affordableCandidates } from '../climb/search/steering.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import type { Member } from '../activities/train-proxies.ts';
import { enterPhase } from './phase.ts';
import { scoreMembers } from './score-members.ts';
import { runStage } from './stages.ts';
import { isUnderWay, sampledOnce } from './under-way.ts';

/** A comparison with an arm that lost a seed is weaker, and with one that has none impossible. */
export const everyOne = 1;

/**
 * Trains the best mixtures and the baselines again with fresh seeds and scores them on the report tasks as well.
 * @returns null when the budget doesn't reach for one candidate beside every baseline
 */
export async function verify(
  state: SearchState,
  opening: Opening,
  prepared: Prepared,
): Promise<VerificationRuns | null> {
  const { spec, predictor, candidates } = state;
  const count = affordableCandidates(state, Date.now());
  if ((count === 0 && !isUnderWay(state, 'v')) || predictor === null) return null;
  await enterPhase(state, 'verify');
  const { tokens } = prepared;
  const { seeds } = spec.verify;
  const { regmix, ngram } = state;
  const baselines = spec.verify.baselines.filter((name) => {
    if (name === 'ngram') return ngram !== undefined && ngram !== null;
    return name !== 'regmix' || regmix?.skipped === null;
  });
  const sample = { activityId: 'v-sample', summary: `verification · choose ${count} candidates` };
  const { mixtures: arms, ids } = await sampledOnce(state, 'v', () =>
    runStage(opening, 'sampleVerification', sample, {
      predictor,
      candidates,
      tokens,
      rules: spaceRules(spec),
      count,
      baselines,
      seed: spec.seed,
      ...(regmix?.skipped === null && { regmix: regmix.mixture }),
      ...(ngram && { ngram: { prior: ngram, tasks: spec.tasks, scale: scaleOf(spec) } }),
    }),
  );

  const fresh = freshSeeds(spec);
  const members = fresh.flatMap((random, at) =>
    ids.map((mixture): Member => ({ id: `v-${mixture}-s${at + 1}`, mixture, ...random })),
  );
  const { scored } = await scoreMembers(
    state,
    {
      at: 'v',
      proxy: proxyShape(spec.proxy),
      ...(state.trunk && { init: state.trunk }),
      tokens,
      mixtures: arms,
      tasks: [...spec.tasks, ...spec.report.tasks].map((task, at) => ({
        name: taskLabel(task),
        items: [...opening.tasks, ...opening.reportTasks][at] as Ref,
      })),
      choices: 'all',
      summary: (group) => {
        const [{ id, mixture }] = group as [Member];
        const arms = group.length === 1 ? mixture : `${group.length} arms`;
        return `verification · ${arms} · seed ${id.slice(id.lastIndexOf('-s') + 2)}/${seeds}`;
      },
      forbids: (proxies) =>
        limitBrokenBy(state.account, times(proxyCost(state, 'verify', { together: proxies }), proxies), Date.now()),
      part: 'verify',
    },
    members,
    everyOne,
  );
  const armOf = new Map(members.map(({ id, mixture }) => [id, mixture]));
  return {
    arms,
    runs: scored.map(({ id, score }) => ({ id, arm: armOf.get(id) as string, score })),
    seeds: fresh.flatMap(({ seed, dataSeed }) => [seed, dataSeed]),
  };
}

/** Seeds that the search has not used: the verification's, and at every size the ladder's. */
export function freshSeeds({ seed, verify }: SearchSpec): Pick<Member, 'seed' | 'dataSeed'>[] {
  return Array.from({ length: verify.seeds }, (_, at) => ({
    seed: derivedSeed(seed, ['verify', at, 'weights']),
    dataSeed: derivedSeed(seed, ['verify', at, 'data']),
  }));
}
