import type { EvidenceInBrief } from './evidence-in-brief.ts';
import type { RecipeWeight, Verdict } from './recipe.ts';
import type { Outlook, StoppedBy } from './search-state.ts';

/** What `temporal workflow result` shows. */
export type SearchResult = {
  readonly verdict: Verdict;
  readonly verified: boolean;
  readonly weights: readonly RecipeWeight[];
  readonly recipe: { readonly path: string; readonly digest: string };
  readonly report: { readonly path: string };
  /** Null where nothing was verified; absent in results of before 0.2.0. */
  readonly evidence?: EvidenceInBrief | null;
  readonly stoppedBy: StoppedBy;
  /** What a further batch was expected to gain after the last iteration, beside the noise of one run. */
  readonly outlook?: Outlook;
  /** Proxies counted against the budget, and how many of them the ledger had already. */
  readonly proxies: number;
  readonly fromLedger: number;
};
