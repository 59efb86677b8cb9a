import type { Problem } from '../problem.ts';
import type { Account } from '../search/budget.ts';
import type { BranchFile } from './branch-file.ts';
import type { SearchSpec } from './search-file.ts';

/** The search that a branch goes on from, as it stood after an iteration. */
export type Parent = {
  readonly search: string;
  readonly spec: SearchSpec;
  readonly iteration: number;
  /** Absent where the snapshot is of before 0.3.0, which doesn't say. */
  readonly account?: Pick<Account, 'budget' | 'charged' | 'earlier'>;
};

/** What a branch's own fields can't be after the iterations that it shares with its parent. */
export function* branchProblems(file: BranchFile, { search, iteration, account }: Parent): Iterable<Problem> {
  const given = fieldsOf(file['search']);
  const budget = fieldsOf(file['budget']);
  if (account === undefined && budget['proxies'] === undefined) {
    yield {
      path: 'budget.proxies',
      message: `the snapshot of "${search}" is of an earlier version, which doesn't say what it had spent; say how many proxies the branch may train`,
    };
  } else if (account !== undefined && budget['proxies'] === undefined) {
    const { proxies } = account.budget;
    if (account.charged.proxies >= proxies) {
      yield {
        path: 'budget.proxies',
        message: `"${search}" had spent all of its ${proxies} proxies by iteration ${iteration}; say how many the branch may train`,
      };
    }
  }
  const { iterations, schedule } = given;
  if (typeof iterations === 'number' && iterations < iteration) {
    yield {
      path: 'search.iterations',
      message: `got ${iterations}, but the branch begins after iteration ${iteration}; iterations count from the beginning of the line: give at least ${iteration}, or leave it out`,
    };
  }
  if (Array.isArray(schedule) && schedule.length < iteration) {
    yield {
      path: 'search.schedule',
      message: `got ${schedule.length} sizes, but the branch begins after iteration ${iteration}; they count from the beginning of the line: list those of the parent too`,
    };
  }
  if (iteration === 0) return;
  for (const name of ['first', 'warmStart']) {
    if ((given[name] ?? null) === null) continue;
    const what = name === 'first' ? 'the first batch' : 'what a search begins with';
    yield {
      path: `search.${name}`,
      message: `${what} is that of "${search}", since the branch begins after its iteration ${iteration}; leave it out, or branch from iteration 0`,
    };
  }
}

const fieldsOf = (part: unknown) => (typeof part === 'object' && part !== null ? part : {}) as Record<string, unknown>;
