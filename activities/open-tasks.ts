import type { Ref } from '../climb/artifact.ts';
import type { PredictorArtifact } from '../climb/predictor/observations.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import type { Opening } from '../climb/search/search-state.ts';
import { seenItems, type ItemsOf } from '../climb/spec/opening-rules.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { SearchSpec, TaskSpec } from '../climb/spec/search-file.ts';
import { continuations, type TaskItem } from '../climb/spec/task-item.ts';
import { choicesNeeded } from '../climb/verification/objective.ts';
import type { ProxyScore } from '../climb/verification/proxy-score.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';

export type OpenTasksInput = {
  /** The search with its new tasks. */
  readonly spec: Pick<SearchSpec, 'tasks' | 'report' | 'proxy'>;
  /** Items of the report tasks, as the search was opened with them. */
  readonly reported: readonly Ref[];
  /** What was observed on the earlier tasks, by proxies whose weights may be there; null: nothing was. */
  readonly predictor: Ref | null;
};

export type OpenedTasks = Pick<Opening, 'tasks' | 'continuations'> & {
  /** Weights to score on the new tasks, each by the SHA-256 of its earlier score, and what people call it. */
  readonly proxies: readonly { readonly id: string; readonly name: string; readonly weights: Ref }[];
  /** Runs whose weights aren't kept here any more, or never were: a table has none. */
  readonly gone: readonly string[];
};

/** Temporal carries 2 MiB from a stage to the search, and from the search to what fits the predictor. */
const mostBytes = 2_000_000;

const refusals = new Set(['BadTask', 'RefusedPath']);

/** Reads tasks that come while a search runs, and finds the weights of all that it observed. */
export function openTasks({ store, tasks }: Pick<Deps, 'store' | 'tasks'>) {
  return ({ spec, reported, predictor }: OpenTasksInput): Promise<OpenedTasks> =>
    refusingInvalid(async () => {
      const problems: Problem[] = [];
      const searched: ItemsOf[] = [];
      for (const [at, task] of spec.tasks.entries()) {
        searched.push({ task, items: await itemsOf(task, `tasks.${at}`, problems) });
      }
      const kept = await Promise.all(
        spec.report.tasks.map(async (task, at) => ({ task, items: await storedItems(reported[at] as Ref) })),
      );
      problems.push(...seenItems(searched, kept));
      if (problems.length > 0) throw new InvalidInput('the new list of tasks', problems);
      const { context } = proxyShape(spec.proxy).model;
      const scored = (list: readonly ItemsOf[], choices: 'gold' | 'all') =>
        continuations(
          list.flatMap(({ items }) => items),
          choices,
          context,
        );
      return {
        tasks: await Promise.all(
          searched.map(({ items }) => store.put(items.map((item) => `${JSON.stringify(item)}\n`).join(''))),
        ),
        continuations: {
          search: scored(searched, choicesNeeded(spec.tasks)),
          verify: scored([...searched, ...kept], 'all'),
        },
        ...(await observed(predictor)),
      };
    });

  async function itemsOf(task: TaskSpec, path: string, problems: Problem[]): Promise<TaskItem[]> {
    try {
      return await tasks.items(task);
    } catch (error) {
      if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
      problems.push({ path, message: error.message });
      return [];
    }
  }

  async function storedItems(ref: Ref): Promise<TaskItem[]> {
    const lines = (await store.read(ref)).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TaskItem);
  }

  async function observed(predictor: Ref | null): Promise<Pick<OpenedTasks, 'proxies' | 'gone'>> {
    const { observations } =
      predictor === null ? { observations: [] } : await store.readJson<PredictorArtifact>(predictor);
    const proxies = new Map<string, { name: string; weights: Ref }>();
    const gone: string[] = [];
    for (const { id, score } of observations) {
      const weights = await weightsOf(score);
      if (weights === undefined) gone.push(id);
      else proxies.set(score, { name: id, weights });
    }
    const found = { proxies: [...proxies].map(([id, proxy]) => ({ id, ...proxy })), gone };
    const bytes = Buffer.byteLength(JSON.stringify(found));
    if (bytes <= mostBytes) return found;
    const message = `${observations.length} finished proxies would be scored on them, whose references take ${bytes} bytes, and a search can be told ${mostBytes} at once (about 10,000 proxies); start a search with these tasks, which finds in the ledger what was trained`;
    throw new InvalidInput('the new list of tasks', [{ path: 'tasks', message }]);
  }

  async function weightsOf(score: string): Promise<Ref | undefined> {
    const ref = await store.find(score);
    if (ref === undefined) return undefined;
    const { weights } = await store.readJson<ProxyScore>(ref);
    return (await store.has(weights)) ? weights : undefined;
  }
}
