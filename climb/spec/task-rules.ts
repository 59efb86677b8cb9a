import { ownField } from '../own-field.ts';
import type { Problem } from '../problem.ts';
import { guardLimits } from '../verification/guards.ts';
import { taskLabel } from '../verification/objective.ts';
import type { SearchSpec, TaskSpec } from './search-file.ts';

/** Lists of tasks that can't be told apart or added up, and guards that guard nothing. */
export function* taskProblems({ tasks, report, objective }: SearchSpec): Iterable<Problem> {
  for (const [where, list] of [
    ['tasks', tasks],
    ['report.tasks', report.tasks],
  ] as const) {
    // What is reported has intervals, and these have a unit.
    const mayMix = where === 'tasks' && objective?.scale === 'z-score';
    for (const [at, task] of list.entries()) {
      if (list.findIndex(({ name }) => name === task.name) < at) {
        yield {
          path: `${where}.${at}.name`,
          message: `"${task.name}" stands there twice; its scores would be counted twice; give each task one entry and a weight`,
        };
      }
      if (task.metric !== list[0]?.metric && !mayMix) {
        yield {
          path: `${where}.${at}.metric`,
          message: `"${task.metric}" beside "${list[0]?.metric}": their sum has no unit; use one metric for the whole list${where === 'tasks' ? ', or objective.scale "z-score"' : ''}`,
        };
      }
    }
  }
  for (const [at, task] of report.tasks.entries()) {
    const twin = tasks.find((searched) => sameItems(searched, task));
    if (twin !== undefined) {
      const called = twin.name === task.name ? '' : ` (searched as "${twin.name}")`;
      yield {
        path: `report.tasks.${at}`,
        message: `"${task.name}" ${task.split}${called} is also what the search optimises: its scores would flatter the recipe; report another split or another task`,
      };
    }
  }
}

/** The same items, or items that couldn't be told apart in the results. */
const sameItems = (a: TaskSpec, b: TaskSpec) =>
  (a.name === b.name && a.split === b.split) || (a.path !== undefined && a.path === b.path);

/** Guards that name no task, or have nothing to be compared with. */
export function* guardProblems({ tasks, report, objective, verify }: SearchSpec): Iterable<Problem> {
  const guards = objective?.guards;
  if (guards === undefined) return;
  const path = 'objective.guards';
  const all = [...tasks, ...report.tasks];
  const labels = all.map(taskLabel);
  for (const name of Object.keys(guards.tasks ?? {})) {
    if (!labels.includes(name)) {
      yield { path: `${path}.tasks.${name}`, message: `no task is called so; there are ${labels.join(', ')}` };
    }
  }
  if (guardLimits({ tasks, report, objective }).length === 0) {
    yield { path, message: 'expected maxLoss, or tasks with a limit each; as it stands no task is guarded' };
  }
  if (!verify.baselines.includes('proportional')) {
    yield {
      path,
      message: `they compare with the proportional mixture, but verify.baselines are ${verify.baselines.join(', ')}; add "proportional"`,
    };
  }
  const metrics = new Set(
    all.filter((task) => ownField(guards.tasks, taskLabel(task)) === undefined).map(({ metric }) => metric),
  );
  if (guards.maxLoss !== undefined && metrics.size > 1) {
    yield {
      path: `${path}.maxLoss`,
      message: `one limit of ${guards.maxLoss} for ${[...metrics].join(' and ')}, which have different units; give each task its own in ${path}.tasks`,
    };
  }
}
