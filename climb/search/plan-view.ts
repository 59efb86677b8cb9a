import { efficiencyShape } from '../spec/baseline-work.ts';
import { gateNames, type Gate } from '../spec/gates.ts';
import { rungName } from '../spec/ladder.ts';
import { batchSize, scheduleOf, verificationProxies } from '../spec/plan.ts';
import { trunkShape } from '../spec/trunk.ts';
import { aheadOf, nameOfBatch, type Ahead } from './ahead.ts';
import { add, moneyFor, nothing, type Cost } from './budget.ts';
import { gatesAhead } from './gates.ts';
import { proxyCost } from './proxy-cost.ts';
import type { SearchState } from './search-state.ts';
import { rungCost, searchCost, shapeCost, verificationCost } from './steering.ts';

type Step = { readonly what: string; readonly cost: Cost };
type Future = Ahead & { readonly state: SearchState };

/** Iterations that are listed one by one; a search may have thousands. */
const listedIterations = 10;

/**
 * Answer of the query `plan`: what is still to be done as the budget of now allows, in order, what of it needs a
 * person's approval, and what it costs at most. What is under way counts as still to be done.
 */
export function planOf(state: SearchState, now: number) {
  const { iteration, account } = state;
  const future = { state, ...aheadOf(state, now) };
  const iterations = iterationSteps(future);
  const gates = gatesAhead(state);
  const { underWay } = future;
  const begun = underWay === undefined ? [] : [{ what: `${nameOfBatch(underWay.at)}, under way`, cost: underWay.cost }];
  const parts: Record<Gate, readonly Step[]> = {
    search: [...trunkSteps(future), ...iterations.steps],
    verify: verificationSteps(future),
    ladder: laterSteps(future),
    report: [],
  };
  const steps = [...begun, ...gateNames.flatMap((gate) => parts[gate])];
  const cost = steps.reduce((sum, step) => add(sum, step.cost), nothing);
  return {
    iterations: { done: iteration, left: iterations.left, batches: iterations.batches },
    steps: [
      ...begun.map(told),
      ...gateNames.flatMap((gate) => [...(gates.includes(gate) ? [{ approval: gate }] : []), ...parts[gate].map(told)]),
    ],
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
const told = ({ what, cost }: Step) => ({ what, ...shown(cost) });
const shown = ({ proxies, trainTokens, deviceSeconds }: Cost) => ({
  proxies,
  trainTokens,
  deviceHours: round(deviceSeconds / 3600),
});

function iterationSteps({ state, after, iterations: left }: Future) {
  const schedule = scheduleOf(state.spec);
  const sizeOf = (at: number) => batchSize(schedule, after + 1 + at);
  const steps = Array.from({ length: Math.min(left, listedIterations) }, (_, at): Step => {
    return { what: `iteration ${after + 1 + at}`, cost: searchCost(state, sizeOf(at)) };
  });
  const batches = steps.map(({ cost }) => cost.proxies);
  if (left > listedIterations) {
    const rest = Array.from({ length: left - listedIterations }, (_, at) => sizeOf(at + listedIterations));
    const what = `iterations ${after + 1 + listedIterations}–${after + left}`;
    steps.push({ what, cost: rest.map((size) => searchCost(state, size)).reduce(add, nothing) });
  }
  return { left, batches, steps };
}

function trunkSteps({ state, trunk }: Future): Step[] {
  const shape = trunkShape(state.spec.proxy);
  return trunk && shape !== null ? [{ what: 'the trunk', cost: proxyCost(state, 'search', { shape }) }] : [];
}

function verificationSteps({ state, regmix, candidates }: Future): Step[] {
  const { verify } = state.spec;
  const { baselines, regmixProxies = 0, seeds } = verify;
  if (candidates === 0) return [];
  return [
    ...(regmix ? [{ what: "RegMix's search", cost: searchCost(state, regmixProxies) }] : []),
    {
      what: `verification of ${candidates} candidates and ${baselines.length} baselines with ${seeds} seeds`,
      cost: verificationCost(state, { ...verify, candidates }),
    },
  ];
}

function laterSteps({ state, rungs, lengths }: Future): Step[] {
  const { verify, proxy } = state.spec;
  const arms = verificationProxies(verify) / verify.seeds;
  return [
    ...rungs.map((rung) => ({ what: `ladder ${rungName(rung)}`, cost: rungCost(state, rung, arms) })),
    ...lengths.map((share) => ({
      what: `the recipe at ${share} of the tokens`,
      cost: shapeCost(state, efficiencyShape(proxy, share), 1),
    })),
  ];
}
