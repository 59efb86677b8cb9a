import { basename, join } from 'node:path';
import { planSweep, reached, type Stored, type SweepPlan } from '../climb/housekeeping/sweep-plan.ts';
import { leftovers } from './leftovers.ts';
import { hashesBelow, ledgerEntries, namedByArtifact, storedArtifacts, storedIn } from './state-files.ts';
import { putBackAll, removeArtifact, removeStored } from './sweep.ts';

/** Everything in a state folder that may go, by why. */
export type Garbage = SweepPlan & {
  /** Folders of searches that are to be forgotten. */
  readonly searches: readonly Stored[];
  /** Folders of trainings that nobody goes on with. */
  readonly runs: readonly Stored[];
  /** Entries of the ledger that weren't whole. */
  readonly broken: readonly Stored[];
  /** Of writers that were killed. */
  readonly temporary: readonly Stored[];
};

export type Keeping = {
  readonly home: string;
  /** Folders of searches to forget, by their paths. */
  readonly forget: readonly string[];
  /** What searches name that aren't over. */
  readonly open: readonly ReadonlySet<string>[];
  /** What was used since, in milliseconds since 1970, stays. */
  readonly cutoff: number;
};

/** What no kept search, none that runs, and nobody since the cutoff needs. */
export async function findGarbage({ home, forget, open, cutoff }: Keeping): Promise<Garbage> {
  const forgotten = new Set(forget.map((path) => basename(path)));
  const searches = await storedIn(home, 'searches');
  const isForgotten = ({ name }: Stored) => forgotten.has(basename(name));
  const kept = searches.filter((search) => !isForgotten(search)).map(({ name }) => name);
  const named = await Promise.all([...kept, 'explore'].map((folder) => hashesBelow(join(home, folder))));
  const stored = { artifacts: await storedArtifacts(home), entries: await ledgerEntries(home) };
  const young = stored.artifacts.filter(({ used }) => used >= cutoff).map(({ name }) => name);
  const roots = [...[...named, ...open].flatMap((hashes) => [...hashes]), ...young];
  const needed = await reached(roots, (hash) => namedByArtifact(home, hash));
  const old = ({ used }: Stored) => used < cutoff;
  const ledger = await Promise.all(['stage', 'proxy', 'score'].map((kind) => storedIn(home, join('ledger', kind))));
  return {
    ...planSweep(stored, needed, cutoff),
    searches: searches.filter(isForgotten),
    // A search that is paused goes on from its checkpoints, and no history names their folders.
    runs: open.length === 0 ? (await storedIn(home, 'runs')).filter(old) : [],
    broken: ledger.flat().filter((file) => file.name.endsWith('.broken') && old(file)),
    temporary: await leftovers(home, cutoff),
  };
}

/**
 * Removes it. What holds names goes before what it names, so that a sweep which is killed leaves nothing that names what
 * is gone, but for entries of the ledger: work that they answer with nothing is done again.
 * An artifact that was used since it was found stays.
 */
export async function removeGarbage(home: string, garbage: Garbage): Promise<void> {
  const { searches, artifacts, entries, runs, broken, temporary } = garbage;
  await putBackAll(home);
  await removeStored(home, searches);
  const stayed = new Set<string>();
  for (const { name, used } of artifacts) if (!(await removeArtifact(home, name, used))) stayed.add(name);
  const answerless = entries.filter(({ names }) => !names.every((name) => stayed.has(name)));
  await removeStored(home, [...answerless, ...runs, ...broken, ...temporary]);
}
