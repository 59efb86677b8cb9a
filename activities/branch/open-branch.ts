import type { Mixtures } from '../../climb/mixture/mixtures.ts';
import { ownObservations, type PredictorArtifact } from '../../climb/predictor/observations.ts';
import { InvalidInput } from '../../climb/problem.ts';
import {
  notCleanedOf,
  otherCandidates,
  otherEvidence,
  otherFit,
  otherTasks,
} from '../../climb/search/branch-differences.ts';
import type { BranchStart } from '../../climb/search/branch-start.ts';
import { standingsOf } from '../../climb/search/leaderboard.ts';
import type { Branch } from '../../climb/search/search-state.ts';
import { parseBranchFile, type BranchFile } from '../../climb/spec/branch-file.ts';
import { parseBranch } from '../../climb/spec/branch-merge.ts';
import type { SearchSpec } from '../../climb/spec/search-file.ts';
import { searchSettings } from '../../climb/spec/search-presets.ts';
import { trunkShape } from '../../climb/spec/trunk.ts';
import { objectiveWeights, scaleOf } from '../../climb/verification/objective.ts';
import type { Deps } from '../deps.ts';
import { findSnapshot, type Found } from './find-snapshot.ts';
import { missingArtifacts } from './missing-artifacts.ts';

/** What the first activity of a branch is given, in the place of a search file. */
export type BranchRequest = {
  readonly branch: unknown;
  /** The id under which it runs; null where nothing is started. */
  readonly search: string | null;
};

export type OpenedBranch = { readonly file: BranchFile; readonly found: Found; readonly spec: SearchSpec };

/**
 * The search that a branch goes on from, and the whole search file that follows.
 * @throws InvalidInput with every problem
 */
export async function readBranch(
  deps: Pick<Deps, 'searches' | 'store'>,
  { branch, search }: BranchRequest,
): Promise<OpenedBranch> {
  const file = parseBranchFile(branch, search);
  const found = await findSnapshot(deps, file.branchFrom);
  const { snapshot, iteration } = found;
  const problems = await missingArtifacts(deps, snapshot, `iteration ${iteration} of "${found.search}"`);
  const ancestors = ancestorsOf(found);
  if (search !== null && ancestors.includes(search)) {
    const message = `"${found.search}" goes on from "${search}" itself, which this search would write over; start it under another id`;
    problems.push({ path: 'branchFrom.search', message });
  }
  const { carried } = snapshot;
  if (carried === undefined && trunkShape(snapshot.spec.proxy) !== null) {
    const message = `the snapshot is of an earlier version, which doesn't say which trunk its proxies started from; start "${found.search}" again, and branch from that`;
    problems.push({ path: 'branchFrom.iteration', message });
  }
  if (problems.length > 0) throw new InvalidInput('the search file', problems);
  const parent = { ...found, spec: snapshot.spec, ...(carried && { account: carried.account }) };
  const spec = parseBranch(file, parent, Date.now());
  if (carried === undefined && iteration > 0 && otherTasks(snapshot.spec, spec)) {
    const message = `the snapshot is of an earlier version, which doesn't say on which items its proxies were scored, so they can't be scored on others; leave it out, or branch from iteration 0`;
    throw new InvalidInput('the search file', [{ path: 'tasks', message }]);
  }
  return { file, found, spec };
}

/** Where a branch begins, once everything that its file names was found to be there. */
export async function branchStart(
  { store }: Pick<Deps, 'store'>,
  { file, found, spec }: OpenedBranch,
): Promise<BranchStart> {
  const { snapshot, iteration } = found;
  const { manifest, domainSet, tokens, predictor, carried } = snapshot;
  const learnt = predictor === null ? [] : (await store.readJson<PredictorArtifact>(predictor)).observations;
  const own = ownObservations(learnt);
  const scored = iteration > 0 && otherTasks(snapshot.spec, spec) ? snapshot.spec : spec;
  const losses = learnt.map((observation) => observation.losses);
  const taskWeights = objectiveWeights(scored.tasks, scaleOf(scored), losses);
  return {
    ...{ spec, manifest, domainSet, tokens },
    branch: branchOf({ file, found, spec }, own.length),
    leaderboard: standingsOf(own, taskWeights),
    ...(scaleOf(scored) !== 'none' && losses.length > 0 && { taskWeights }),
    ...(carried && { longest: carried.longest }),
    ...(carried?.iterationLimit !== undefined && !saysIterations(file) && { iterationLimit: carried.iterationLimit }),
    ...(carried?.trunk && { trunk: carried.trunk }),
    ...(iteration === 0 ? beginnings(found, spec) : await knowledge(store, found, spec)),
  };
}

/** Also by null, which takes back what the parent's file says and what messages to it did. */
function saysIterations(file: BranchFile): boolean {
  const search = file['search'];
  return typeof search === 'object' && search !== null && 'iterations' in search;
}

type Knowledge = Pick<
  BranchStart,
  'predictor' | 'candidates' | 'ngram' | 'evidence' | 'outlook' | 'learn' | 'scoredOn'
>;

/** Before the first iteration nothing is formed anew: what the branch would know otherwise, it reads and counts again. */
function beginnings({ snapshot: { spec: parent, carried } }: Found, spec: SearchSpec): Knowledge {
  const { ngram, evidence } = { ...carried };
  const alike = !otherTasks(parent, spec) && !otherFit(parent, spec);
  const begun = alike && !otherCandidates(parent, spec, 0) && !otherEvidence(parent, spec);
  return {
    predictor: null,
    candidates: null,
    ...(ngram !== undefined && !otherTasks(parent, spec) && searchSettings(spec).ngram && { ngram }),
    ...(begun && evidence && { evidence }),
  };
}

async function knowledge(store: Deps['store'], { snapshot, iteration }: Found, spec: SearchSpec): Promise<Knowledge> {
  const { spec: parent, predictor, candidates, carried } = snapshot;
  const { evidence, outlook, items, ngram } = { ...carried };
  const known = { predictor, candidates, ...(evidence && { evidence }), ...(outlook !== undefined && { outlook }) };
  const counted = { ...known, ...(ngram !== undefined && { ngram }) };
  if (items !== undefined && otherTasks(parent, spec)) {
    return { ...counted, scoredOn: { tasks: parent.tasks, items: items.searched }, learn: { tasks: true } };
  }
  const refit = carried === undefined || otherFit(parent, spec);
  if (!refit && !otherCandidates(parent, spec, iteration)) return counted;
  const mixtures: Mixtures = { schema: 1, kind: 'mixtures', mixtures: [] };
  const counts = refit && !searchSettings(spec).ngram ? known : counted;
  return { ...counts, learn: { tasks: false, refit, nothing: await store.putJson(mixtures) } };
}

const ancestorsOf = ({ search, snapshot }: Found) => [search, ...(snapshot.carried?.branch?.of ?? [])];

function branchOf({ file, found, spec }: OpenedBranch, shared: number): Branch {
  const { search, iteration, snapshot } = found;
  const before = snapshot.carried?.branch;
  const seed = before?.seed ?? snapshot.spec.seed;
  const uncleaned = notCleanedOf(snapshot.spec, spec, before?.notCleanedOf);
  return {
    search,
    iteration,
    of: ancestorsOf(found),
    shared,
    ...(iteration > 0 && seed !== spec.seed && { seed }),
    ...(uncleaned.length > 0 && { notCleanedOf: uncleaned }),
    file: { ...file, branchFrom: { search, iteration } },
  };
}
