type Bound = { readonly lower?: number | undefined; readonly upper?: number | undefined };

/** What the search file and the domain set say about weights. Tokens in the proxies' tokenizer. */
export type ConstraintRequest = {
  readonly clusters: readonly string[];
  /** Another name of each cluster, such as its known domain: the file may use either. */
  readonly labels?: readonly string[];
  readonly clusterTokens: readonly number[];
  /** Tokens of the run that the recipe is for, not of a proxy. */
  readonly targetTokens: number;
  /** How often a token may be seen in that run. */
  readonly maxEpochs: number;
  readonly bounds?: Readonly<Record<string, Bound>>;
  /** Weights that are given, whatever is proposed for the others. */
  readonly pinned?: Readonly<Record<string, number>>;
  /** Bounds on sums. */
  readonly groups?: Readonly<Record<string, Bound & { readonly clusters: readonly string[] }>>;
};

/** Bounds on the sum of the weights of some clusters, by their indices. */
export type GroupBound = { readonly members: readonly number[]; readonly lower: number; readonly upper: number };

export type ConstraintProblem = {
  /** Where in the search file, such as `constraints.bounds.news.lower`. */
  readonly path: string;
  readonly message: string;
};
