import { InvalidInput, shown } from '../../climb/problem.ts';
import type { Snapshot } from '../../climb/search/snapshot.ts';
import type { BranchFrom } from '../../climb/spec/branch-file.ts';
import type { Deps } from '../deps.ts';

/** Where a search goes on from: a snapshot, and whose it is. */
export type Found = { readonly search: string; readonly iteration: number; readonly snapshot: Snapshot };

/** Searches and iterations that a message names at most. */
const mostNamed = 12;

/**
 * The snapshot that a branch begins with.
 * @throws InvalidInput with what is kept instead, where there is none
 */
export async function findSnapshot(
  { searches }: Pick<Deps, 'searches'>,
  { search, iteration }: BranchFrom,
): Promise<Found> {
  const kept = await searches.iterations(search);
  const last = kept.at(-1);
  if (last === undefined) {
    const all = await searches.list();
    const others = all.length > mostNamed ? [...all.slice(0, mostNamed), `${all.length - mostNamed} more`] : all;
    throw refuse(
      'search',
      `no iteration of a search "${search}" is kept on this worker, so there is nothing to go on from (kept are searches ${others.join(', ') || 'of no name'}); name one of those, or wait until it has committed one`,
    );
  }
  const wanted = iteration ?? last;
  const first = kept[0] as number;
  // Searches of before 0.3.0 kept nothing before their first iteration; what came of the corpus stands in that.
  const at = wanted === 0 && first > 0 ? first : wanted;
  const there = { kept, aside: await setAside(searches, search) };
  if (!kept.includes(at)) throw unknownIteration(search, wanted, there);
  const snapshot = await readSnapshot(searches, search, at);
  if (at === wanted) return { search, iteration: wanted, snapshot };
  if (snapshot.carried !== undefined) throw unknownIteration(search, wanted, there, snapshot.carried.branch?.search);
  return { search, iteration: 0, snapshot: { ...snapshot, predictor: null, candidates: null } };
}

/** What of earlier runs of the same id is kept, for a message; empty where nothing is. */
async function setAside(searches: Deps['searches'], search: string): Promise<string> {
  const runs = await searches.earlierRuns(search);
  return runs.length === 0 ? '' : `, and what earlier runs of this id left is in ${searches.path(search, 'earlier')}`;
}

type KeptOnes = { readonly kept: readonly number[]; readonly aside: string };

function unknownIteration(search: string, wanted: number, { kept, aside }: KeptOnes, parent?: string): InvalidInput {
  const shownOnes = kept.length > mostNamed ? [...kept.slice(0, mostNamed - 1), '…', kept.at(-1)] : kept;
  const earlier = parent === undefined ? '' : ` (earlier ones are those of "${parent}", which it goes on from)`;
  return refuse(
    'iteration',
    `"${search}" has no snapshot of iteration ${wanted}; it has ${shownOnes.join(', ')}${earlier}${aside}; name one of those, or leave it out for the last`,
  );
}

async function readSnapshot(searches: Deps['searches'], search: string, at: number): Promise<Snapshot> {
  const file = `iterations/${at}.json`;
  const where = searches.path(search, file);
  const text = await searches.read(search, file);
  const value = parsed(text ?? '');
  const { schema, kind, ...fields } = value;
  if (kind !== 'snapshot' || schema !== 1) {
    throw refuse(
      'iteration',
      `${where} isn't a snapshot that this version reads: expected kind "snapshot" and schema 1, found ${shown(kind)} and ${shown(schema)}; name another iteration, or a version of Climb that wrote it`,
    );
  }
  const lacking = ['spec', 'manifest', 'domainSet', 'tokens', 'predictor', 'candidates'].filter(
    (name) => fields[name] === undefined,
  );
  if (lacking.length > 0) {
    throw refuse(
      'iteration',
      `${where} lacks ${lacking.join(', ')}, so it can't be gone on from; name another iteration`,
    );
  }
  return value as unknown as Snapshot;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const refuse = (field: 'search' | 'iteration', message: string) =>
  new InvalidInput('the search file', [{ path: `branchFrom.${field}`, message }]);
