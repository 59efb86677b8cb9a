import type { Ref } from '../climb/artifact.ts';
import { choicesNeeded } from '../climb/verification/objective.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { SearchSpec, TaskSpec } from '../climb/spec/search-file.ts';
import type { Opening } from '../climb/search/search-state.ts';
import type { TaskItem } from '../adapters/task-library.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';

/** Errors by which adapters refuse what a search file names. */
const refusals = new Set(['BadCorpus', 'BadTask', 'RefusedPath', 'UnknownTrainer']);

/**
 * Looks at everything that the search file names but can't contain: corpus, tasks, trainer. All problems at once, so
 * that the search ends before anything is paid for.
 */
export function openSearch({
  store,
  corpus,
  tasks,
  trainers,
  speeds,
  timeouts,
  queues,
  maxHistory,
  searchAttributes,
}: Deps) {
  return (spec: SearchSpec): Promise<Opening> =>
    refusingInvalid(async () => {
      const problems: Problem[] = [];
      /** Runs a check; a refusal becomes a problem at `path` or where it says, any other error is tried again by Temporal. */
      const check = async <T>(path: string, look: () => T | Promise<T>): Promise<T | undefined> => {
        try {
          return await look();
        } catch (error) {
          if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
          problems.push({ path: 'field' in error ? String(error.field) : path, message: error.message });
          return undefined;
        }
      };
      const itemsOf = async (where: string, list: readonly TaskSpec[]): Promise<TaskItem[][]> => {
        const found: TaskItem[][] = [];
        for (const [at, task] of list.entries()) {
          const items = await check(`${where}.${at}`, () => tasks.items(task));
          if (items !== undefined) found.push(items);
        }
        return found;
      };
      const storeItems = (found: readonly TaskItem[][]): Promise<Ref[]> =>
        Promise.all(found.map((items) => store.put(items.map((item) => `${JSON.stringify(item)}\n`).join(''))));

      const inspected = await check('corpus.path', () => corpus.inspect(spec.corpus, spec.clusters.initial));
      if (inspected !== undefined) problems.push(...targetProblems(spec, inspected.files));
      const trainer = await check('proxy.trainer', () => trainers(spec.proxy.trainer));
      const searched = await itemsOf('tasks', spec.tasks);
      const reported = await itemsOf('report.tasks', spec.report.tasks);
      problems.push(...seenItems(searched, reported));
      if (problems.length > 0 || trainer === undefined) throw new InvalidInput('the search file', problems);
      const tokensPerSecond = await speeds.find(trainer.identity, proxyShape(spec.proxy));
      return {
        tasks: await storeItems(searched),
        continuations: {
          search: continuations(searched, choicesNeeded(spec.tasks)),
          verify: continuations([...searched, ...reported], 'all'),
        },
        reportTasks: await storeItems(reported),
        searchAttributes: await searchAttributes(),
        timeouts,
        queues,
        maxHistory,
        ...(tokensPerSecond !== undefined && { tokensPerSecond }),
      };
    });
}

/** A gzip of text is hardly ever smaller than a twentieth of it. */
const largestGzipRatio = 20;

/** A token is one byte at least: a target that no tokenizer could fill within the caps is refused before any work. */
function* targetProblems(
  { target, constraints }: SearchSpec,
  files: readonly { path: string; bytes: number }[],
): Iterable<Problem> {
  const bytes = files.reduce((sum, { path, bytes }) => sum + bytes * (path.endsWith('.gz') ? largestGzipRatio : 1), 0);
  if (target.tokens !== undefined && target.tokens > bytes * constraints.maxEpochs) {
    yield {
      path: 'target.tokens',
      message: `got ${target.tokens}, but ${constraints.maxEpochs} epochs of this corpus are ${bytes * constraints.maxEpochs} tokens at most: every mixture would repeat more than constraints.maxEpochs allows; lower it, raise maxEpochs or add text`,
    };
  }
}

/** Share of a report task's items that may stand among the searched ones: large sets share a stray question. */
const toleratedOverlap = 0.01;

/** Report tasks whose items the search would optimise, whatever they are called. */
function* seenItems(searched: readonly TaskItem[][], reported: readonly TaskItem[][]): Iterable<Problem> {
  const keyOf = ({ query, choices }: TaskItem) => JSON.stringify([query, choices]);
  const seen = new Set(searched.flat().map(keyOf));
  for (const [at, items] of reported.entries()) {
    const common = items.filter((item) => seen.has(keyOf(item))).length;
    if (common > toleratedOverlap * items.length) {
      yield {
        path: `report.tasks.${at}`,
        message: `${common} of its ${items.length} items are also searched: their scores would flatter the recipe; report other items`,
      };
    }
  }
}

/** Continuations that one evaluation scores. */
function continuations(tasks: readonly TaskItem[][], choices: 'gold' | 'all'): number {
  return tasks.flat().reduce((sum, item) => sum + (choices === 'all' ? item.choices.length : 1), 0);
}
