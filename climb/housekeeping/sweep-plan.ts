/** A file that may go: an artifact by its hash, or a folder or file of the state folder by its path. */
export type Stored = {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970 when it was last written or found. */
  readonly used: number;
};

/** An entry of the ledger, and the artifacts that it answers with. */
export type StoredEntry = Stored & { readonly names: readonly string[] };

export type SweepPlan = { readonly artifacts: readonly Stored[]; readonly entries: readonly StoredEntry[] };

/**
 * Every artifact that is reached from `roots`, through those that name others.
 * @param namedBy what an artifact names; nothing for one that isn't there
 */
export async function reached(
  roots: Iterable<string>,
  namedBy: (artifact: string) => Promise<Iterable<string>>,
): Promise<Set<string>> {
  const seen = new Set(roots);
  // A set that grows while it is walked is walked to its new end.
  for (const artifact of seen) for (const named of await namedBy(artifact)) seen.add(named);
  return seen;
}

/**
 * What may go: artifacts that nothing kept reaches and that nobody used since `cutoff`, and with them the entries of
 * the ledger that answer with one that isn't there any more. Other entries are small, and stay as evidence of what was
 * paid.
 */
export function planSweep(
  stored: { readonly artifacts: readonly Stored[]; readonly entries: readonly StoredEntry[] },
  kept: ReadonlySet<string>,
  cutoff: number,
): SweepPlan {
  const artifacts = stored.artifacts.filter(({ name, used }) => !kept.has(name) && used < cutoff);
  const going = new Set(artifacts.map(({ name }) => name));
  const there = new Set(stored.artifacts.map(({ name }) => name).filter((name) => !going.has(name)));
  const entries = stored.entries.filter(({ names, used }) => used < cutoff && names.some((name) => !there.has(name)));
  return { artifacts, entries };
}
