import type { Ref } from '../artifact.ts';
import type { SearchSpec, TaskSpec } from '../spec/search-file.ts';
import { openAccount } from './budget.ts';
import type { Branch, Opening, Prepared, SearchState, Standing } from './search-state.ts';

/** What the first activity of a branch found: where it begins. */
export type BranchStart = Prepared &
  Pick<
    SearchState,
    'trunk' | 'ngram' | 'evidence' | 'taskWeights' | 'outlook' | 'predictor' | 'candidates' | 'learn'
  > & {
    readonly spec: SearchSpec;
    readonly branch: Branch;
    readonly longest?: SearchState['longest'];
    /** Set by a message to the parent, where the branch's own file says nothing of it. */
    readonly iterationLimit?: number | null;
    readonly leaderboard: readonly Standing[];
    /** Where the branch searches other tasks than its proxies were scored on: those, and their items. */
    readonly scoredOn?: { readonly tasks: readonly TaskSpec[]; readonly items: readonly Ref[] };
  };

/**
 * Puts a search at the beginning of its branch. What messages changed while the parent was read stays changed.
 * @param state of a branch that was not opened yet
 */
export function beginBranch(state: SearchState, opening: Opening, start: BranchStart): void {
  const { spec, manifest, domainSet, tokens, scoredOn, leaderboard, longest, branch, ...rest } = start;
  const { iterationLimit: inherited = spec.search.iterations ?? null, ...knowledge } = rest;
  const { spec: before, account, iterationLimit } = state;
  const asked = Object.entries(account.budget).filter(
    ([field, value]) => before.budget[field as keyof SearchSpec['budget']] !== value,
  );
  const limit = before.search.iterations ?? null;
  delete state.unopened;
  Object.assign(state, {
    ...knowledge,
    branch,
    opening: scoredOn === undefined ? opening : { ...opening, tasks: scoredOn.items },
    prepared: { manifest, domainSet, tokens },
    spec: scoredOn === undefined ? spec : { ...spec, tasks: scoredOn.tasks },
    ...(scoredOn && { retask: state.retask ?? { tasks: spec.tasks } }),
    account: openAccount({ ...spec.budget, ...Object.fromEntries(asked) }),
    iterationLimit: iterationLimit === limit ? inherited : iterationLimit,
    iteration: branch.iteration,
    leaderboard: [...leaderboard],
    ...(longest && { longest }),
  });
}
