import type { Problem } from '../problem.ts';
import { efficiencyTrainings, regmixTrainings } from './baseline-work.ts';
import { batchSize, fixedTrainings, ownProxiesIn, planSearch, sharedIterations, workOf, type Plan } from './plan.ts';
import { expectedSeconds, proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';
import { scheduleIn } from './search-presets.ts';

/** A device faster than this is not expected: what it couldn't pay for is refused. */
const fasterThanThePreset = 1000;

/** A budget that can't pay for a first batch and everything that is reserved before it, or is over already. */
export function* budgetProblems(spec: SearchSpec, now: number): Iterable<Problem> {
  const { budget, search, verify, proxy } = spec;
  const { proxies, deadline, trainTokens, deviceHours } = budget;
  const tokens = proxyShape(proxy).tokens;
  const plan = planSearch(spec);
  const fixed = workOf(fixedTrainings(spec));
  const first = leastFirst(spec);
  const least = first + fixed.proxies;
  const leastTokens = first * tokens + fixed.tokens;
  const limits =
    trainTokens !== undefined && trainTokens < (proxies - fixed.proxies) * tokens + fixed.tokens
      ? 'trainTokens'
      : 'proxies';
  if (proxies < least) {
    yield {
      path: 'budget.proxies',
      message: `at least ${least} are needed, got ${proxies}: ${first > 0 ? `${first} for the first batch and ` : ''}${plan.verifyProxies} for verification ((${verify.candidates} candidates + ${verify.baselines.length} baselines) × ${verify.seeds} seeds)${further(plan, spec)}, which is reserved first; raise it, or lower search.first, verify.candidates or verify.seeds`,
    };
  } else if (plan.iterations > 0 && plan.iterations < wantedIterations(spec)) {
    yield {
      path: 'search.iterations',
      message: `the budget pays for ${plan.iterations}, got ${search.iterations}; raise budget.${limits}, lower search.batch, or leave it out`,
    };
  } else if (
    search.schedule !== undefined &&
    plan.iterations < Math.min(search.iterations ?? Infinity, search.schedule.length)
  ) {
    yield {
      path: 'search.schedule',
      message: `its ${search.schedule.length} iterations need ${ownProxiesIn(spec, search.schedule.length)} proxies, but ${fixed.proxies} are reserved first and the budget pays for ${plan.searchProxies} in ${plan.iterations} iterations; raise budget.${limits}, or shorten it`,
    };
  }
  if (trainTokens !== undefined && trainTokens < leastTokens) {
    const alike = leastTokens === least * tokens;
    const needed = alike
      ? `${least} proxies × ${tokens} tokens`
      : `${least} proxies, of which those of the search and of verification take ${tokens} tokens${further(plan, spec)}`;
    yield {
      path: 'budget.trainTokens',
      message: `at least ${leastTokens} are needed (${needed}), got ${trainTokens}; raise it, or lower proxy.tokens`,
    };
  }
  if (deadline !== undefined && Date.parse(deadline) <= now) {
    yield {
      path: 'budget.deadline',
      message: `must lie in the future, got "${deadline}" (now ${new Date(now).toISOString()}); no proxy could be trained`,
    };
  }
  const seconds = [...fixedTrainings(spec), { shape: proxyShape(proxy), proxies: first }].reduce(
    (sum, training) => sum + training.proxies * expectedSeconds(proxy, undefined, training.shape),
    0,
  );
  const leastHours = seconds / 3600 / fasterThanThePreset;
  if (deviceHours !== undefined && deviceHours < leastHours) {
    yield {
      path: 'budget.deviceHours',
      message: `got ${deviceHours}, but ${least} proxies take ${leastHours.toPrecision(2)} hours even at ${fasterThanThePreset} times this preset's speed; raise it, or lower proxy.tokens`,
    };
  }
  if (budget.money !== undefined && budget.money.limit < leastHours * budget.money.perDeviceHour) {
    const { limit, perDeviceHour } = budget.money;
    yield {
      path: 'budget.money.limit',
      message: `got ${limit} at ${perDeviceHour} a device hour, but ${least} proxies take ${leastHours.toPrecision(2)} hours even at ${fasterThanThePreset} times this preset's speed; raise it, or lower proxy.tokens`,
    };
  }
  const repeated = verify.baselines.find((baseline, at) => verify.baselines.indexOf(baseline) !== at);
  if (repeated !== undefined)
    yield { path: 'verify.baselines', message: `"${repeated}" stands there twice; name each baseline once` };
}

/** Iterations that the file asks for by number, where its schedule has so many. */
function wantedIterations({ search }: SearchSpec): number {
  const { sizes, then } = scheduleIn(search);
  return Math.min(search.iterations ?? 0, then > 0 ? Infinity : sizes.length);
}

/** Proxies of the smallest first batch: a schedule that scales needs two mixtures to compare, a branch has them. */
function leastFirst(spec: SearchSpec): number {
  if (sharedIterations(spec) > 0) return 0;
  const schedule = scheduleIn(spec.search);
  return schedule.scales ? 2 : batchSize(schedule, 1);
}

/** What is reserved beside verification, for a message. */
function further({ trunk, ladder }: Plan, fixed: Pick<SearchSpec, 'verify' | 'proxy'>): string {
  const [regmix, efficiency] = [workOf(regmixTrainings(fixed)), workOf(efficiencyTrainings(fixed))];
  const parts = [
    ...(trunk.proxies > 0 ? [`the trunk's ${trunk.tokens} tokens`] : []),
    ...(ladder.proxies > 0 ? [`${ladder.proxies} proxies on the ladder with ${ladder.tokens} tokens in all`] : []),
    ...(regmix.proxies > 0 ? [`${regmix.proxies} proxies of RegMix's search`] : []),
    ...(efficiency.proxies > 0 ? [`${efficiency.proxies} proxies at fewer tokens`] : []),
  ];
  return parts.map((part) => `, and ${part}`).join('');
}
