import type { Ref } from '../climb/artifact.ts';
import { poolsOf } from '../climb/mixture/pools.ts';
import { limitBrokenBy, times } from '../climb/search/budget.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import type { LengthTraining, Opening, Prepared, SearchState, VerificationRuns } from '../climb/search/search-state.ts';
import { shapeCost } from '../climb/search/steering.ts';
import { efficiencyShape } from '../climb/spec/baseline-work.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { guardian as baseline } from '../climb/verification/guards.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { Member } from '../activities/train-proxies.ts';
import { enterPhase } from './phase.ts';
import { scoreMembers } from './score-members.ts';
import { runStage } from './stages.ts';
import { isUnderWay } from './under-way.ts';
import { everyOne, freshSeeds } from './verification.ts';

/**
 * Trains the recommended arm again at fewer tokens, each length with its own schedule and the verification's seeds,
 * where the search asks for it and has something to recommend but the corpus as it is.
 */
export async function trainShorter(
  state: SearchState,
  opening: Opening,
  prepared: Prepared,
  verification: VerificationRuns,
): Promise<void> {
  const { spec } = state;
  const shares = spec.verify.efficiency ?? [];
  const { length: done } = state.efficiency ?? [];
  if (done === shares.length) return;
  await enterPhase(state, 'ladder');
  const view = { activityId: 'e-arm', summary: 'which arm is trained at fewer tokens' };
  const { arm } = await runStage(opening, 'recommendArm', view, { spec, verification });
  if (arm === null || arm === baseline) return;
  for (const [at, share] of shares.entries()) {
    if (at < done) continue;
    const trained = await trainLength(state, opening, prepared, {
      arms: verification.arms,
      arm,
      share,
      at: `e${at + 1}`,
    });
    state.efficiency = [...(state.efficiency ?? []), trained];
  }
}

type Length = { readonly arms: Ref; readonly arm: string; readonly share: number; readonly at: string };

async function trainLength(
  state: SearchState,
  opening: Opening,
  { tokens }: Prepared,
  { arms, arm, share, at }: Length,
): Promise<LengthTraining> {
  const { spec, account } = state;
  const shape = efficiencyShape(spec.proxy, share);
  const stopped = state.finishEarly === 'now' ? 'finishEarly' : undefined;
  const skipped = stopped ?? limitBrokenBy(account, shapeCost(state, shape, 1), Date.now());
  if (skipped !== undefined && !isUnderWay(state, at)) return { tokens: shape.tokens, skipped, runs: [] };
  const members = freshSeeds(spec).map((random, seed): Member => ({
    id: `${at}-${arm}-s${seed + 1}`,
    mixture: arm,
    ...random,
  }));
  const { scored } = await scoreMembers(
    state,
    {
      at,
      proxy: shape,
      ...(state.trunk && { init: state.trunk }),
      // A shorter run of the same recipe: it reads the same pools, less often.
      pools: poolsOf(spec, proxyShape(spec.proxy)),
      tokens,
      mixtures: arms,
      tasks: spec.report.tasks.map((task, i) => ({ name: taskLabel(task), items: opening.reportTasks[i] as Ref })),
      choices: 'all',
      summary: ([first]) =>
        `${arm} at ${shape.tokens} tokens · seed ${first?.id.slice(first.id.lastIndexOf('-s') + 2)}`,
      forbids: (proxies) =>
        limitBrokenBy(account, times(proxyCost(state, 'verify', { shape, together: proxies }), proxies), Date.now()),
      part: 'verify',
    },
    members,
    everyOne,
  );
  return { tokens: shape.tokens, skipped: null, runs: scored.map(({ id, score }) => ({ id, arm, score })) };
}
