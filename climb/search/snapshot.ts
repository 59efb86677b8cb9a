import type { Ref } from '../artifact.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import type { Account } from './budget.ts';
import type { Branch, Longest, Opening, Outlook, Prepared, SearchState } from './search-state.ts';

/** Artifact: a search as it stood after an iteration, enough to go on from there elsewhere. */
export type Snapshot = Prepared & {
  readonly schema: 1;
  readonly kind: 'snapshot';
  readonly spec: SearchSpec;
  readonly iteration: number;
  /** Null before the first iteration, where the search began with nothing. */
  readonly predictor: Ref | null;
  readonly candidates: Ref | null;
  /** Absent in snapshots of before 0.3.0. */
  readonly carried?: Carried;
};

/** What else the iterations that come depend on. */
export type Carried = {
  /** Items of the searched and of the report tasks, in the order of the spec. */
  readonly items: { readonly searched: readonly Ref[]; readonly reported: readonly Ref[] };
  /** Name and version of what trained the proxies. */
  readonly trainer?: string;
  readonly warmStart?: Opening['warmStart'];
  readonly tokenizer?: Ref;
  readonly trunk?: Ref;
  readonly ngram?: Ref | null;
  readonly evidence?: SearchState['evidence'];
  readonly taskWeights?: readonly number[];
  readonly outlook?: Outlook | null;
  /** The budget of then, and what the search itself had paid. */
  readonly account: Pick<Account, 'budget' | 'charged' | 'earlier'>;
  readonly longest: Longest;
  /** As a message set it; absent: the search file's. */
  readonly iterationLimit?: number | null;
  readonly branch?: Branch;
};

/** What `commitIteration` keeps of a search between two iterations. */
export function snapshotOf(
  state: SearchState,
  opening: Opening,
  prepared: Prepared,
): Omit<Snapshot, 'schema' | 'kind'> {
  const { spec, iteration, predictor, candidates, account, longest, iterationLimit } = state;
  const { trunk, ngram, evidence, taskWeights, outlook, branch } = state;
  const { budget, charged, earlier } = account;
  const { warmStart, tokenizer, trainer } = opening;
  return {
    spec,
    iteration,
    ...prepared,
    predictor,
    candidates,
    carried: {
      items: { searched: opening.tasks, reported: opening.reportTasks },
      ...(trainer !== undefined && { trainer }),
      ...(warmStart && { warmStart }),
      ...(tokenizer && { tokenizer }),
      ...(trunk && { trunk }),
      ...(ngram !== undefined && { ngram }),
      ...(evidence && { evidence }),
      ...(taskWeights && { taskWeights }),
      ...(outlook !== undefined && { outlook }),
      account: { budget, charged, ...(earlier && { earlier }) },
      longest,
      ...(iterationLimit !== (spec.search.iterations ?? null) && { iterationLimit }),
      ...(branch && { branch }),
    },
  };
}
