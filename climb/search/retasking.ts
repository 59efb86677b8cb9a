import { ownField } from '../own-field.ts';
import type { Problem } from '../problem.ts';
import type { Message } from '../spec/messages.ts';
import type { TaskSpec } from '../spec/search-file.ts';
import { taskChangeProblems } from '../spec/task-change.ts';
import { taskLabel, taskShares } from '../verification/objective.ts';
import type { SearchState } from './search-state.ts';

type Asked = Pick<Message<'setTasks'>, 'tasks' | 'weights'>;

/** The list that a message asks for: its own, or the one of now (or already asked for) with other weights. */
function askedTasks({ spec, retask }: SearchState, { tasks, weights = {} }: Asked): TaskSpec[] {
  const now = retask?.tasks ?? spec.tasks;
  return tasks ?? now.map((task) => ({ ...task, weight: ownField(weights, task.name) ?? task.weight }));
}

/** Takes note of other tasks; the workflow takes them over when no proxy is in flight. Of several the last counts. */
export function askForTasks(state: SearchState, message: Message<'setTasks'>): void {
  const { reason } = message;
  state.retask = { tasks: askedTasks(state, message), ...(reason !== undefined && { reason }) };
}

/** Why the tasks can't become these: too late, unknown names, or at odds with the rest of the search file. */
export function* taskMessageProblems(state: SearchState, message: Asked): Iterable<Problem> {
  const { spec, retask, stoppedBy, finishEarly } = state;
  if (stoppedBy !== null || finishEarly === 'now') {
    yield {
      path: '(all of it)',
      message: `too late: the search has stopped searching (${stoppedBy ?? 'finishEarly'}), and what it found is verified on the tasks that it searched; start a search with these tasks, which finds in the ledger what was trained`,
    };
    return;
  }
  const names = (retask?.tasks ?? spec.tasks).map(({ name }) => name);
  const unknown = Object.keys(message.weights ?? {}).filter((name) => !names.includes(name));
  for (const name of unknown) {
    yield {
      path: `weights.${name}`,
      message: `no searched task is called so; there are ${names.join(', ')}`,
    };
  }
  if (unknown.length === 0) yield* taskChangeProblems(spec, askedTasks(state, message));
}

/** `piqa, csqa (test) instead of piqa`, or `weights piqa 75 %, csqa 25 %`: a change of tasks for people. */
export function taskChangeText(earlier: readonly TaskSpec[], tasks: readonly TaskSpec[]): string {
  const named = (list: readonly TaskSpec[]) => list.map((task) => `${taskLabel(task)} ${task.metric}`).join(', ');
  if (named(earlier) !== named(tasks)) return `${named(tasks)} instead of ${named(earlier)}`;
  const shares = taskShares(tasks);
  return `weights ${tasks.map((task, at) => `${taskLabel(task)} ${Math.round(100 * (shares[at] as number))} %`).join(', ')}`;
}
