import { efficiencyShape } from '../spec/baseline-work.ts';
import { gateNames, type Gate } from '../spec/gates.ts';
import { rungName } from '../spec/ladder.ts';
import { batchSize, scheduleOf, verificationProxies } from '../spec/plan.ts';
import { add, moneyFor, nothing, type Cost } from './budget.ts';
import { gatesAhead } from './gates.ts';
import type { SearchState } from './search-state.ts';
import {
  affordableCandidates,
  plannedIterations,
  reasonToStop,
  rungCost,
  searchCost,
  shapeCost,
  verificationCost,
} from './steering.ts';

type Step = { readonly what: string; readonly cost: Cost };

/** Iterations that are listed one by one; a search may have thousands. */
const listedIterations = 10;

/**
 * Answer of the query `plan`: what is still to be done as the budget of now allows, in order, what of it needs a
 * person's approval, and what it costs at most. What is under way counts as still to be done.
 */
export function planOf(state: SearchState, now: number) {
  const { iteration, account } = state;
  const iterations = iterationSteps(state, now);
  const gates = gatesAhead(state);
  const parts: Record<Gate, readonly Step[]> = {
    search: iterations.steps,
    verify: verificationSteps(state, now),
    ladder: laterSteps(state),
    report: [],
  };
  const cost = gateNames.flatMap((gate) => parts[gate]).reduce((sum, step) => add(sum, step.cost), nothing);
  return {
    iterations: { done: iteration, left: iterations.left, batches: iterations.batches },
    steps: gateNames.flatMap((gate) => [
      ...(gates.includes(gate) ? [{ approval: gate }] : []),
      ...parts[gate].map(({ what, cost }) => ({ what, ...shown(cost) })),
    ]),
    gates,
    waitingFor: state.waitingFor ?? null,
    newTasks: state.retask?.tasks.map(({ name }) => name) ?? null,
    cost: {
      ...shown(cost),
      ...(account.budget.money !== undefined && {
        money: round(
          moneyFor(account, account.charged.deviceSeconds + cost.deviceSeconds) -
            moneyFor(account, account.charged.deviceSeconds),
        ),
      }),
    },
  };
}

const round = (value: number) => Math.round(value * 1e4) / 1e4;
const shown = ({ proxies, trainTokens, deviceSeconds }: Cost) => ({
  proxies,
  trainTokens,
  deviceHours: round(deviceSeconds / 3600),
});

function iterationSteps(state: SearchState, now: number) {
  const over = state.stoppedBy !== null || reasonToStop(state, now) !== null;
  const left = over ? 0 : plannedIterations(state) - state.iteration;
  const schedule = scheduleOf(state.spec);
  const sizeOf = (at: number) => batchSize(schedule, state.iteration + 1 + at);
  const steps = Array.from({ length: Math.min(left, listedIterations) }, (_, at): Step => {
    const size = sizeOf(at);
    return { what: `iteration ${state.iteration + 1 + at}`, cost: searchCost(state, size) };
  });
  const batches = steps.map(({ cost }) => cost.proxies);
  if (left > listedIterations) {
    const rest = Array.from({ length: left - listedIterations }, (_, at) => sizeOf(at + listedIterations));
    const what = `iterations ${state.iteration + 1 + listedIterations}–${state.iteration + left}`;
    steps.push({ what, cost: rest.map((size) => searchCost(state, size)).reduce(add, nothing) });
  }
  return { left, batches, steps };
}

function verificationSteps(state: SearchState, now: number): Step[] {
  const { verify } = state.spec;
  const { baselines, regmixProxies = 0, seeds } = verify;
  if (state.verified !== undefined) return [];
  const candidates = affordableCandidates(state, now);
  if (candidates === 0) return [];
  const regmix = baselines.includes('regmix') && state.regmix === undefined;
  return [
    ...(regmix ? [{ what: "RegMix's search", cost: searchCost(state, regmixProxies) }] : []),
    {
      what: `verification of ${candidates} candidates and ${baselines.length} baselines with ${seeds} seeds`,
      cost: verificationCost(state, { ...verify, candidates }),
    },
  ];
}

function laterSteps(state: SearchState): Step[] {
  const { verify, proxy } = state.spec;
  const arms = verificationProxies(verify) / verify.seeds;
  const rungs = (verify.ladder ?? []).slice(state.ladder?.length ?? 0);
  const lengths = (verify.efficiency ?? []).slice(state.efficiency?.length ?? 0);
  return [
    ...rungs.map((rung) => ({ what: `ladder ${rungName(rung)}`, cost: rungCost(state, rung, arms) })),
    ...lengths.map((share) => ({
      what: `the recipe at ${share} of the tokens`,
      cost: shapeCost(state, efficiencyShape(proxy, share), 1),
    })),
  ];
}
