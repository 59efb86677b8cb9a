import { ApplicationFailure } from '@temporalio/activity';
import type { Ref } from '../climb/artifact.ts';
import type { Clusters, DomainSet, EmbeddingModel } from '../climb/corpus/corpus-artifacts.ts';
import { laterSources } from '../climb/corpus/later-sources.ts';
import type { Source } from '../climb/corpus/reading.ts';
import { InvalidInput } from '../climb/problem.ts';
import type { Recipe } from '../climb/search/recipe.ts';
import type { TaskQueues, Timeouts } from '../climb/search/search-state.ts';
import { parseFrozenDomainSet, unknownReading, type AssignInput } from '../climb/spec/assign-input.ts';
import type { CorpusFile } from '../adapters/corpus-files.ts';
import type { Deps } from './deps.ts';
import { refusingBadCorpus } from './refusal.ts';

/** Artifact: which files are read how, and assigned to which clusters. */
export type AssignmentPlan = {
  readonly schema: 1;
  readonly kind: 'assignment-plan';
  readonly domainSet: Ref;
  readonly sources: readonly Source[];
  readonly files: readonly CorpusFile[];
  /** A bad document ends it, as it would have ended the search. */
  readonly strict?: boolean;
};

export type OpenedAssignment = {
  /** `AssignmentPlan` */
  readonly plan: Ref;
  readonly files: number;
  readonly timeouts: Timeouts;
  readonly queues: TaskQueues;
};

/** Each is an activity in one history, and its result a part of one answer. */
const mostFiles = 2000;

/**
 * Finds a frozen domain set and the files that it is to be applied to.
 * @throws ApplicationFailure UnknownDomainSet or BadCorpus, not retryable
 */
export function openAssignment({
  store,
  searches,
  corpus,
  timeouts,
  queues,
}: Pick<Deps, 'store' | 'searches' | 'corpus' | 'timeouts' | 'queues'>) {
  return (input: Omit<AssignInput, 'concurrency'>): Promise<OpenedAssignment> =>
    refusingBadCorpus(async () => {
      const { domainSet, reading } = await frozen(input);
      const { origin } = await readDomainSet(domainSet);
      const field = origin.kind === 'field' ? { field: origin.field } : {};
      const sources = laterSources({ ...reading, clusters: { ...reading.clusters, ...field } }, input.corpus);
      if (origin.kind === 'clusters') await refuseWithoutVectors(origin.clusters, sources);
      const files = await corpus.files(sources);
      if (files.length > mostFiles) {
        throw refuse(
          `got ${files.length} files, ${mostFiles} are assigned at once at most: their results are one answer; try parts of them after another`,
          'BadCorpus',
        );
      }
      const twice = files.find(({ path }, at) => files.findIndex((other) => other.path === path) < at);
      if (twice !== undefined) {
        throw refuse(
          `got two files called ${twice.path}, in two allowed roots or sources: the assignment of one would replace the other's; try each by itself, with a --to of its own (as a workflow: with a workflow id of its own)`,
          'BadCorpus',
        );
      }
      const { strict } = reading.corpus;
      const plan: AssignmentPlan = {
        schema: 1,
        kind: 'assignment-plan',
        domainSet,
        sources,
        files,
        ...(strict && { strict }),
      };
      return { plan: await store.putJson(plan), files: files.length, timeouts, queues };
    });

  async function frozen({ search, domainSet }: Pick<AssignInput, 'search' | 'domainSet'>) {
    if (domainSet !== undefined) return { domainSet, reading: unknownReading() };
    const name = search as string;
    const text = await searches.read(name, 'domain-set.json');
    if (text === undefined) {
      throw refuse(
        `the search "${name}" has no domain set here: expected ${searches.path(name, 'domain-set.json')}, which a search writes once its clusters are merged, found none; nothing can be assigned without it; try the id of another search, CLIMB_HOME for another state folder, or wait until it is there`,
      );
    }
    const place = searches.path(name, 'domain-set.json');
    const found = asWritten(place, () => parseFrozenDomainSet(JSON.parse(text), place));
    await refuseOtherClusters(name, found.domainSet);
    return found;
  }

  /** What a search wrote. */
  function asWritten<T>(place: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidInput) && !(error instanceof SyntaxError)) throw error;
      throw refuse(
        `${place} isn't what a search writes (${error.message}); try to start the search again, which writes it anew`,
      );
    }
  }

  /** A run that ended before its first iteration leaves the recipe of the run before, beside its own clusters. */
  async function refuseOtherClusters(search: string, { sha256 }: Ref): Promise<void> {
    const text = await searches.read(search, 'recipe.json');
    if (text === undefined) return;
    const { hashes } = asWritten(searches.path(search, 'recipe.json'), () => JSON.parse(text) as Partial<Recipe>);
    const weighed = hashes?.['domainSet'];
    if (weighed === undefined || weighed === sha256) return;
    throw refuse(
      `the recipe of "${search}" is about other clusters than its domain set: expected the domain set ${weighed}, found ${sha256}, which a later run under this id has made; weights of the one mean nothing for the other; try the one of the two that you mean as domainSet (climb assign takes it in the place of the search)`,
    );
  }

  async function readDomainSet(ref: Ref): Promise<DomainSet> {
    if (!(await store.has(ref))) {
      throw refuse(
        `the domain set ${ref.sha256} is no artifact here: expected ${ref.bytes} bytes at ${store.path(ref)}, found none; try CLIMB_HOME for another state folder, or start its search again`,
      );
    }
    const domainSet = await store.readJson<Partial<DomainSet>>(ref);
    if (domainSet.kind !== 'domain-set' || domainSet.origin === undefined) {
      throw refuse(
        `the artifact ${ref.sha256} can't be applied to later files: expected a domain set that says how its clusters came about, found ${domainSet.kind === 'domain-set' ? 'one of an earlier version' : 'something else'}; try to start its search again`,
      );
    }
    return domainSet as DomainSet;
  }

  /** Vectors of a file beside the corpus are those of its own records. */
  async function refuseWithoutVectors(clusters: Ref, sources: readonly Source[]): Promise<void> {
    const { model } = await store.readJson<Clusters>(clusters);
    const { kind } = await store.readJson<EmbeddingModel>(model);
    if (kind !== 'precomputed-model' || sources.every(({ rules }) => rules.vectorField !== null)) return;
    throw refuse(
      'the clusters were made of vectors that lay in a file beside the corpus (embedding.path), so that no later document has one; try a search whose vectors are a field of the records (embedding.field), or an embedding that later documents can have too',
    );
  }
}

const refuse = (message: string, type = 'UnknownDomainSet') => ApplicationFailure.nonRetryable(message, type);
