import type { Ref } from '../climb/artifact.ts';
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

      await check('corpus.path', () => corpus.inspect(spec.corpus, spec.clusters.initial));
      const trainer = await check('proxy.trainer', () => trainers(spec.proxy.trainer));
      const searched = await itemsOf('tasks', spec.tasks);
      const reported = await itemsOf('report.tasks', spec.report.tasks);
      if (problems.length > 0 || trainer === undefined) throw new InvalidInput('the search file', problems);
      const tokensPerSecond = await speeds.find(trainer.identity, proxyShape(spec.proxy));
      return {
        tasks: await storeItems(searched),
        reportTasks: await storeItems(reported),
        searchAttributes: await searchAttributes(),
        timeouts,
        queues,
        maxHistory,
        ...(tokensPerSecond !== undefined && { tokensPerSecond }),
      };
    });
}
