import { InvalidInput, type Problem } from '../problem.ts';
import { parse } from '../schema-problems.ts';
import { budgetProblems } from './budget-rules.ts';
import { corpusProblems, mergeTarget } from './corpus-rules.ts';
import { searchFileSchema, type SearchSpec, type TaskSpec } from './search-file.ts';
import { ladderProblems, proxyProblems } from './shape-rules.ts';

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
    ...ladderProblems(spec),
    ...constraintProblems(spec),
    ...corpusProblems(spec),
  ];
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

function* constraintProblems({ constraints: { bounds }, clusters }: SearchSpec): Iterable<Problem> {
  // Known domains have names of their own, and a threshold may leave any number.
  const target = mergeTarget(clusters) ?? Infinity;
  const known = clusters.field !== undefined;
  for (const [cluster, { lower = 0, upper = 1 }] of Object.entries(bounds)) {
    const path = `constraints.bounds.${cluster}`;
    if (!known && (!/^c\d{4}$/.test(cluster) || Number(cluster.slice(1)) >= target)) {
      yield {
        path,
        message: `no cluster can have this name: after merging they are ${target === Infinity ? 'c0000, c0001, …' : `c0000 to c${String(target - 1).padStart(4, '0')}`}; see the clusters in an earlier report`,
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
