import type { Ref } from '../climb/artifact.ts';
import { choicesNeeded } from '../climb/verification/objective.ts';
import { sourcesOf } from '../climb/corpus/reading.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import { mergeTarget } from '../climb/spec/corpus-rules.ts';
import { seenItems, targetProblems } from '../climb/spec/opening-rules.ts';
import { groupSize } from '../climb/search/groups.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import { batchSize, scheduleOf } from '../climb/spec/plan.ts';
import { givenTrunk } from '../climb/spec/trunk.ts';
import type { SearchSpec, TaskSpec } from '../climb/spec/search-file.ts';
import { continuations, itemsKey, type TaskItem } from '../climb/spec/task-item.ts';
import type { BranchStart } from '../climb/search/branch-start.ts';
import type { Opening } from '../climb/search/search-state.ts';
import { beating } from './beating.ts';
import { branchStart, readBranch, type BranchRequest } from './branch/open-branch.ts';
import { branchFits, keptItems } from './branch/branch-fits.ts';
import type { Deps } from './deps.ts';
import { checkEvidence } from './evidence/check-evidence.ts';
import { refusingInvalid } from './refusal.ts';

/** Errors by which adapters refuse what a search file names. */
const refusals = new Set([
  'BadCheckpoint',
  'BadCorpus',
  'BadEmbedding',
  'BadEndpoint',
  'BadTask',
  'BadTokenizer',
  'InvalidInput',
  'RefusedPath',
  'UnknownTrainer',
  'UnusableEvidence',
]);

type Check = <T>(path: string, look: () => T | Promise<T>) => Promise<T | undefined>;

/** A branch learns from its parent where it begins; the opening stays with the search, the start is used once. */
export type Opened = Opening & { readonly branch?: BranchStart };

/**
 * Looks at everything that the search file names but can't contain: corpus, tasks, trainer, or the search that a branch
 * goes on from. All problems at once, so that the search ends before anything is paid for.
 */
export function openSearch(deps: Deps) {
  const {
    store,
    corpus,
    tasks,
    embedders,
    classifiers,
    vectorFile,
    warmStarts,
    keptSearch,
    evidenceFiles,
    tokenizers,
    trainers,
    speeds,
    timeouts,
    queues,
    maxHistory,
    searchAttributes,
  } = deps;
  /** What would embed the documents, where that isn't part of Climb. */
  const lookAtEmbedding = async ({ embedding, clusters }: SearchSpec): Promise<unknown> => {
    if (clusters.field !== undefined || embedding.kind === 'lsa') return;
    if (embedding.kind !== 'precomputed') return beating((_, signal) => embedders(embedding).describe(signal));
    return embedding.path === undefined ? undefined : vectorFile(embedding.path);
  };
  const lookAtCorpus = async (spec: SearchSpec, check: Check, problems: Problem[]): Promise<void> => {
    const least = spec.clusters.initial ?? mergeTarget(spec.clusters) ?? 2;
    const { strict } = spec.corpus;
    const inspected = await check('corpus.path', () => corpus.inspect(sourcesOf(spec), { strict, least }));
    if (inspected !== undefined) problems.push(...targetProblems(spec, inspected.files));
    await check('embedding', () => lookAtEmbedding(spec));
    const { quality } = spec.clusters;
    if (quality?.kind !== 'endpoint') return;
    const named = quality.endpoint ?? 'default';
    await check('clusters.quality', () => beating((_, signal) => classifiers(named).describe(signal)));
  };
  return (input: SearchSpec | BranchRequest): Promise<Opened> =>
    refusingInvalid(async () => {
      const branched = 'branch' in input ? await readBranch(deps, input) : null;
      const spec = branched?.spec ?? (input as SearchSpec);
      const start = branched && (await branchStart(deps, branched));
      const carried = branched?.found.snapshot.carried;
      const kept = branched === null ? new Map<string, Ref>() : keptItems(branched.found);
      const problems: Problem[] = [];
      /** Runs a check; a refusal becomes a problem at `path` or where it says, any other error is tried again by Temporal. */
      const check: Check = async (path, look) => {
        try {
          return await look();
        } catch (error) {
          if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
          problems.push({ path: 'field' in error ? String(error.field) : path, message: error.message });
          return undefined;
        }
      };
      /** In the file's order; a task that can't be read has none. */
      const itemsOf = async (where: string, list: readonly TaskSpec[]): Promise<TaskItem[][]> => {
        const found: TaskItem[][] = [];
        for (const [at, task] of list.entries()) {
          const ref = kept.get(itemsKey(task));
          const items = () => (ref === undefined ? tasks.items(task) : storedItems(ref));
          found.push((await check(`${where}.${at}`, items)) ?? []);
        }
        return found;
      };
      const storeItems = (found: readonly TaskItem[][]): Promise<Ref[]> =>
        Promise.all(found.map((items) => store.put(items.map((item) => `${JSON.stringify(item)}\n`).join(''))));

      const storedItems = async (ref: Ref): Promise<TaskItem[]> =>
        (await store.read(ref))
          .toString('utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as TaskItem);

      if (branched === null) await lookAtCorpus(spec, check, problems);
      else problems.push(...(await branchFits(deps, branched)));
      const trainer = await check('proxy.trainer', () => trainers(spec.proxy.trainer));
      const searched = await itemsOf('tasks', spec.tasks);
      const reported = await itemsOf('report.tasks', spec.report.tasks);
      const itemsBy = (list: readonly TaskSpec[], found: readonly TaskItem[][]) =>
        list.map((task, at) => ({ task, items: found[at] ?? [] }));
      problems.push(...seenItems(itemsBy(spec.tasks, searched), itemsBy(spec.report.tasks, reported)));
      const proxy = proxyShape(spec.proxy);
      const given = carried === undefined ? givenTrunk(spec) : null;
      if (given !== null) {
        const at = 'proxy.warmStart';
        await check(`${at}.checkpoint`, () => warmStarts.checkCheckpoint(given.checkpoint, proxy.model));
        await check(`${at}.tokenizer`, () => warmStarts.checkTokenizer(given.tokenizer, proxy.model));
      }
      const tokenizer = carried === undefined ? spec.proxy.tokenizer : undefined;
      if (tokenizer !== undefined) {
        await check('proxy.tokenizer', () => tokenizers.check(tokenizer, proxy.model, 'corpus'));
      }
      const identity = trainer && `${trainer.identity.name} ${trainer.identity.version}`;
      if (carried?.trainer !== undefined && identity !== undefined && carried.trainer !== identity) {
        const message = `its proxies were trained with ${carried.trainer}, and this worker has ${identity}: their scores can't stand beside one another; use a worker with the trainer of then`;
        problems.push({ path: 'branchFrom.search', message });
      }
      if (trainer !== undefined && start?.evidence === undefined && !(start && start.branch.iteration > 0)) {
        for (const [at, named] of (spec.search.warmStart ?? []).entries()) {
          await check(`search.warmStart.${at}`, () =>
            checkEvidence({ keptSearch, evidenceFiles }, named, spec, trainer),
          );
        }
      }
      if (problems.length > 0 || trainer === undefined || identity === undefined)
        throw new InvalidInput('the search file', problems);
      const members = groupSize(batchSize(scheduleOf(spec), 1), groupSize(spec.budget.concurrency, trainer.members));
      const tokensPerSecond = await speeds.find(trainer, proxy, members);
      const scored = (list: readonly TaskItem[][], choices: 'gold' | 'all') =>
        continuations(list.flat(), choices, proxy.model.context);
      return {
        tasks: await storeItems(searched),
        continuations: {
          search: scored(searched, choicesNeeded(spec.tasks)),
          verify: scored([...searched, ...reported], 'all'),
        },
        reportTasks: await storeItems(reported),
        searchAttributes: await searchAttributes(),
        timeouts,
        queues,
        maxHistory,
        group: trainer.members,
        trainer: identity,
        ...(carried?.warmStart && { warmStart: carried.warmStart }),
        ...(carried?.tokenizer && { tokenizer: carried.tokenizer }),
        ...(given !== null && { warmStart: await warmStarts.keep(given) }),
        ...(tokenizer !== undefined && { tokenizer: await tokenizers.keep(tokenizer) }),
        ...(tokensPerSecond !== undefined && { tokensPerSecond }),
        ...(start && { branch: start }),
      };
    });
}
