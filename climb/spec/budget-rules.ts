import type { Problem } from '../problem.ts';
import { fixedTrainings, planSearch, workOf, type Plan } from './plan.ts';
import { expectedSeconds, proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';

/** A device faster than this is not expected: what it couldn't pay for is refused. */
const fasterThanThePreset = 1000;

/** A budget that can't pay for a first batch and everything that is reserved before it, or is over already. */
export function* budgetProblems({ budget, search, verify, proxy }: SearchSpec, now: number): Iterable<Problem> {
  const { proxies, deadline, trainTokens, deviceHours } = budget;
  const tokens = proxyShape(proxy).tokens;
  const plan = planSearch({ budget, search, verify, proxy });
  const fixed = workOf(fixedTrainings({ verify, proxy }));
  const least = search.first + fixed.proxies;
  const leastTokens = search.first * tokens + fixed.tokens;
  const limits =
    trainTokens !== undefined && trainTokens < (proxies - fixed.proxies) * tokens + fixed.tokens
      ? 'trainTokens'
      : 'proxies';
  if (proxies < least) {
    yield {
      path: 'budget.proxies',
      message: `at least ${least} are needed, got ${proxies}: ${search.first} for the first batch and ${plan.verifyProxies} for verification ((${verify.candidates} candidates + ${verify.baselines.length} baselines) × ${verify.seeds} seeds)${further(plan)}, which is reserved first; raise it, or lower search.first, verify.candidates or verify.seeds`,
    };
  } else if (search.iterations !== undefined && plan.iterations > 0 && search.iterations > plan.iterations) {
    yield {
      path: 'search.iterations',
      message: `the budget pays for ${plan.iterations}, got ${search.iterations}; raise budget.${limits}, lower search.batch, or leave it out`,
    };
  }
  if (trainTokens !== undefined && trainTokens < leastTokens) {
    const alike = leastTokens === least * tokens;
    const needed = alike
      ? `${least} proxies × ${tokens} tokens`
      : `${least} proxies, of which those of the search and of verification take ${tokens} tokens${further(plan)}`;
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
  const seconds = [...fixedTrainings({ verify, proxy }), { shape: proxyShape(proxy), proxies: search.first }].reduce(
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
  const repeated = verify.baselines.find((baseline, at) => verify.baselines.indexOf(baseline) !== at);
  if (repeated !== undefined)
    yield { path: 'verify.baselines', message: `"${repeated}" stands there twice; name each baseline once` };
}

/** What is reserved beside verification, for a message. */
function further({ trunk, ladder }: Plan): string {
  const parts = [
    ...(trunk.proxies > 0 ? [`the trunk's ${trunk.tokens} tokens`] : []),
    ...(ladder.proxies > 0 ? [`${ladder.proxies} proxies on the ladder with ${ladder.tokens} tokens in all`] : []),
  ];
  return parts.map((part) => `, and ${part}`).join('');
}
