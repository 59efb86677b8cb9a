import { planSearch } from './plan.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { expectedSeconds, proxyShape } from './proxy-shape.ts';
import { parse } from '../schema-problems.ts';
import { searchFileSchema, type SearchSpec, type TaskSpec } from './search-file.ts';

/**
 * The search file with its defaults, or every reason why it can't be one: first all problems of shape, then, if there
 * are none, all problems between fields.
 * @param now milliseconds since 1970: a deadline must lie after it
 * @throws InvalidInput
 */
export function parseSearchFile(file: unknown, now: number): SearchSpec {
  const spec = parse(searchFileSchema, file, 'the search file');
  const problems = crossFieldProblems(spec, now);
  if (problems.length > 0) throw new InvalidInput('the search file', problems);
  return spec;
}

function crossFieldProblems(spec: SearchSpec, now: number): Problem[] {
  return [
    ...budgetProblems(spec, now),
    ...taskProblems(spec),
    ...proxyProblems(spec),
    ...constraintProblems(spec),
    ...clusterProblems(spec),
  ];
}

/** A device faster than this is not expected: what it couldn't pay for is refused. */
const fasterThanThePreset = 1000;

function* budgetProblems({ budget, search, verify, proxy }: SearchSpec, now: number): Iterable<Problem> {
  const { proxies, deadline, trainTokens, deviceHours } = budget;
  const tokens = proxyShape(proxy).tokens;
  const plan = planSearch({ budget, search, verify, proxy });
  const least = search.first + plan.verifyProxies;
  const limits = trainTokens !== undefined && trainTokens < proxies * tokens ? 'trainTokens' : 'proxies';
  if (proxies < least) {
    yield {
      path: 'budget.proxies',
      message: `at least ${least} are needed, got ${proxies}: ${search.first} for the first batch and ${plan.verifyProxies} for verification ((${verify.candidates} candidates + ${verify.baselines.length} baselines) × ${verify.seeds} seeds), which is reserved first; raise it, or lower search.first, verify.candidates or verify.seeds`,
    };
  } else if (search.iterations !== undefined && plan.iterations > 0 && search.iterations > plan.iterations) {
    yield {
      path: 'search.iterations',
      message: `the budget pays for ${plan.iterations}, got ${search.iterations}; raise budget.${limits}, lower search.batch, or leave it out`,
    };
  }
  if (trainTokens !== undefined && trainTokens < least * tokens) {
    yield {
      path: 'budget.trainTokens',
      message: `at least ${least * tokens} are needed (${least} proxies × ${tokens} tokens), got ${trainTokens}; raise it, or lower proxy.tokens`,
    };
  }
  if (deadline !== undefined && Date.parse(deadline) <= now) {
    yield {
      path: 'budget.deadline',
      message: `must lie in the future, got "${deadline}" (now ${new Date(now).toISOString()}); no proxy could be trained`,
    };
  }
  const leastHours = (least * expectedSeconds(proxy)) / 3600 / fasterThanThePreset;
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

/** The same items, or items that couldn't be told apart in the results. */
const sameItems = (a: TaskSpec, b: TaskSpec) =>
  (a.name === b.name && a.split === b.split) || (a.path !== undefined && a.path === b.path);

function* taskProblems({ tasks, report }: SearchSpec): Iterable<Problem> {
  for (const [where, list] of [
    ['tasks', tasks],
    ['report.tasks', report.tasks],
  ] as const) {
    for (const [at, task] of list.entries()) {
      if (list.findIndex(({ name }) => name === task.name) < at) {
        yield {
          path: `${where}.${at}.name`,
          message: `"${task.name}" stands there twice; its scores would be counted twice; give each task one entry and a weight`,
        };
      }
      if (task.metric !== list[0]?.metric) {
        yield {
          path: `${where}.${at}.metric`,
          message: `"${task.metric}" beside "${list[0]?.metric}": their sum has no unit; use one metric for the whole list`,
        };
      }
    }
  }
  for (const [at, task] of report.tasks.entries()) {
    if (tasks.some((searched) => sameItems(searched, task))) {
      yield {
        path: `report.tasks.${at}`,
        message: `"${task.name}" ${task.split} is also what the search optimises: its scores would flatter the recipe; report another split or another task`,
      };
    }
  }
}

function* proxyProblems({ proxy }: SearchSpec): Iterable<Problem> {
  const { model, batch } = proxyShape(proxy);
  const step = batch * model.context;
  if (proxy.tokens !== undefined && proxy.tokens < step) {
    yield {
      path: 'proxy.tokens',
      message: `at least one step of ${step} tokens (batch ${batch} × context ${model.context}) is needed, got ${proxy.tokens}`,
    };
  }
  if (model.width % model.heads !== 0 || (model.width / model.heads) % 2 !== 0) {
    yield {
      path: 'proxy.model.heads',
      message: `${model.heads} heads must divide the width ${model.width} into even parts (rotary embedding turns pairs)`,
    };
  }
}

function* constraintProblems({ constraints: { bounds }, clusters }: SearchSpec): Iterable<Problem> {
  const { target } = clusters.merge;
  for (const [cluster, { lower = 0, upper = 1 }] of Object.entries(bounds)) {
    const path = `constraints.bounds.${cluster}`;
    if (!/^c\d{4}$/.test(cluster) || Number(cluster.slice(1)) >= target) {
      yield {
        path,
        message: `no cluster can have this name: after merging they are c0000 to c${String(target - 1).padStart(4, '0')}; see the clusters in an earlier report`,
      };
    }
    if (lower > upper) {
      yield { path, message: `lower ${lower} is above upper ${upper}: no weight lies between; swap them` };
    }
  }
  const lowest = Object.values(bounds).reduce((sum, { lower = 0 }) => sum + lower, 0);
  if (lowest > 1 + 1e-9) {
    yield {
      path: 'constraints.bounds',
      message: `the lower bounds add up to ${lowest}, but the weights of a mixture add up to 1; lower some`,
    };
  }
  const uppers = Object.values(bounds).map(({ upper = 1 }) => upper);
  const highest = uppers.reduce((sum, upper) => sum + upper, target - uppers.length);
  if (highest < 1 - 1e-9) {
    yield {
      path: 'constraints.bounds',
      message: `the upper bounds of all ${target} clusters add up to ${highest}, but the weights of a mixture add up to 1; raise some`,
    };
  }
}

function* clusterProblems({ clusters }: SearchSpec): Iterable<Problem> {
  if (clusters.merge.target > clusters.initial) {
    yield {
      path: 'clusters.merge.target',
      message: `merging only lowers the number of clusters: ${clusters.merge.target} can't be reached from clusters.initial = ${clusters.initial}; lower the target or raise clusters.initial`,
    };
  }
}
