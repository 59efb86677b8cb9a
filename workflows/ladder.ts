import type { Ref } from '../climb/artifact.ts';
import { limitBrokenBy, times } from '../climb/search/budget.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import type { Opening, Prepared, RungRuns, SearchState, VerificationRuns } from '../climb/search/search-state.ts';
import { rungCost } from '../climb/search/steering.ts';
import { rungName, rungShape, type Rung } from '../climb/spec/ladder.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { Member } from '../activities/train-proxies.ts';
import { enterPhase } from './phase.ts';
import { scoreMembers } from './score-members.ts';
import { isUnderWay } from './under-way.ts';
import { everyOne, freshSeeds } from './verification.ts';

/**
 * Trains the arms of the verification again at every size of the ladder, with the same seeds. A rung that the budget
 * doesn't reach for is left out, with the limit that stood in the way.
 */
export async function climbLadder(
  state: SearchState,
  opening: Opening,
  prepared: Prepared,
  verification: VerificationRuns,
): Promise<void> {
  const { length: done } = state.ladder ?? [];
  for (const [at, rung] of (state.spec.verify.ladder ?? []).entries()) {
    if (at < done) continue;
    await enterPhase(state, 'ladder');
    const runs = await trainRung(state, opening, prepared, verification, { rung, at: `l${at + 1}` });
    state.ladder = [...(state.ladder ?? []), runs];
  }
}

async function trainRung(
  state: SearchState,
  opening: Opening,
  { tokens }: Prepared,
  { arms: mixtures, runs }: VerificationRuns,
  { rung, at }: { rung: Rung; at: string },
): Promise<RungRuns> {
  const { spec, account } = state;
  const arms = [...new Set(runs.map(({ arm }) => arm))];
  const stopped = state.finishEarly === 'now' ? 'finishEarly' : undefined;
  const skipped = stopped ?? limitBrokenBy(account, rungCost(state, rung, arms.length), Date.now());
  if (skipped !== undefined && !isUnderWay(state, at)) return { rung, skipped, runs: [] };
  const shape = rungShape(spec.proxy, rung);
  const members = freshSeeds(spec).flatMap((random, seed) =>
    arms.map((mixture): Member => ({ id: `${at}-${mixture}-s${seed + 1}`, mixture, ...random })),
  );
  const { scored } = await scoreMembers(
    state,
    {
      at,
      proxy: shape,
      tokens,
      mixtures,
      tasks: spec.report.tasks.map((task, i) => ({ name: taskLabel(task), items: opening.reportTasks[i] as Ref })),
      choices: 'all',
      summary: (group) =>
        `ladder ${rungName(rung)} · ${group.length === 1 ? group[0]?.mixture : `${group.length} arms`}`,
      forbids: (proxies) =>
        limitBrokenBy(account, times(proxyCost(state, 'verify', { shape, together: proxies }), proxies), Date.now()),
      part: 'verify',
    },
    members,
    everyOne,
  );
  const armOf = new Map(members.map(({ id, mixture }) => [id, mixture]));
  return { rung, skipped: null, runs: scored.map(({ id, score }) => ({ id, arm: armOf.get(id) as string, score })) };
}
